import { Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import { pageType } from '../../platform/index.js';
import { LineageNodeModel } from '../graph/graph.model.js';
import type { RunState } from '../projection/facts.js';

export const RunStateEnum = {
  other: 'other',
  start: 'start',
  running: 'running',
  complete: 'complete',
  abort: 'abort',
  fail: 'fail',
} as const;
registerEnumType(RunStateEnum, {
  name: 'LineageRunState',
  description:
    'The furthest state that events told: an end beats what comes before it, `fail` beats `abort` beats `complete`.',
});

@ObjectType('LineageRun', { description: 'A run of a job, as its events tell it.' })
export class LineageRunModel {
  @Field(() => ID)
  id!: string;

  jobId!: string;

  @Field(() => RunStateEnum)
  state!: RunState;

  @Field(() => Date, { nullable: true })
  startedAt?: Date | null;

  @Field(() => Date, { nullable: true })
  endedAt?: Date | null;

  @Field(() => ID, { nullable: true })
  parentRunId?: string | null;

  lastEventAt!: Date | null;
  completedAt!: Date | null;
  failedAt!: Date | null;
  abortedAt!: Date | null;
}

@ObjectType('RunVerdict', { description: 'What is thought of a run, and why.' })
export class RunVerdictModel {
  @Field(() => Boolean, {
    description: "It began, and nothing was heard of it for three times as long as its job's last runs took.",
  })
  isLost!: boolean;

  @Field(() => String, { nullable: true, description: 'Null where the state speaks for itself.' })
  reason?: string | null;
}

@ObjectType('LineageRunWarning', { description: 'What was odd about an event of a run.' })
export class RunWarningModel {
  @Field(() => String, { description: "JSON path from the event's body." })
  path!: string;

  @Field(() => String)
  rule!: string;

  @Field(() => ID, { description: 'One of the events that it was told of.' })
  eventId!: string;

  @Field(() => Date)
  eventTime!: Date;
}

export const LineageRunPage = pageType(LineageRunModel, 'LineageRunPage');

@ObjectType('LineageRunDataset', { description: 'A dataset that a run read or wrote.' })
export class RunDatasetModel {
  @Field(() => LineageNodeModel)
  asset!: LineageNodeModel;

  @Field(() => String, {
    nullable: true,
    description: "The version that the run named: of what Cairn versions, the commit's id.",
  })
  version?: string | null;
}
