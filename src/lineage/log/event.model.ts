import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { JsonScalar, pageType } from '../../platform/index.js';
import type { EventKind } from '../events/event.js';

export const EventKindEnum = { run: 'run', job: 'job', dataset: 'dataset' } as const;
registerEnumType(EventKindEnum, {
  name: 'LineageEventKind',
  description: 'RunEvent, JobEvent or DatasetEvent.',
});

@ObjectType('LineageEventWarning', {
  description: 'What was odd about an event that was stored all the same.',
})
export class EventWarningModel {
  @Field(() => String, { description: 'JSON path from the body.' })
  path!: string;

  @Field(() => String)
  rule!: string;
}

@ObjectType('LineageEvent', { description: 'An OpenLineage event as it came, without secrets.' })
export class LineageEventModel {
  @Field(() => ID, { description: 'SHA-256 of the canonical body.' })
  id!: string;

  @Field(() => EventKindEnum)
  kind!: EventKind;

  @Field(() => Date)
  eventTime!: Date;

  @Field(() => Date)
  receivedAt!: Date;

  @Field(() => String, { description: 'Who sent it, as a subject.' })
  principal!: string;

  @Field(() => ID, { nullable: true })
  runId?: string | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'Null when it names an asset that you may not see.',
  })
  body?: object | null;

  @Field(() => [EventWarningModel])
  warnings!: readonly EventWarningModel[];

  @Field(() => String, {
    nullable: true,
    description: 'Why the graph does not show it; a rebuild tries again.',
  })
  projectionError?: string | null;
}

export const LineageEventPage = pageType(LineageEventModel, 'LineageEventPage');

@InputType({ description: 'Which events a list shows; absent means any.' })
export class LineageEventFilterInput {
  @Field(() => ID, { nullable: true, description: 'Events about this job, or about this dataset by itself.' })
  assetId?: string;

  @Field(() => ID, { nullable: true })
  runId?: string;

  @Field(() => Boolean, { nullable: true, description: 'Only those that the graph does not show.' })
  isUnprojected?: boolean;
}
