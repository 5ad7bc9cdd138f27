import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { AssetModel } from '../../catalog/index.js';
import { pageType } from '../../platform/index.js';
import type { EditAction } from './edit.js';

export const LineageEditActionEnum = { add: 'add', remove: 'remove', confirm: 'confirm' } as const;
registerEnumType(LineageEditActionEnum, {
  name: 'LineageEditAction',
  description: 'What an edit by hand does to an edge.',
  valuesMap: {
    add: { description: 'The edge is there, whether or not events say it.' },
    remove: { description: 'The edge is not there, whatever else says it.' },
    confirm: { description: 'Somebody looked and found it right; the graph is as it was.' },
  },
});

export const LineageEvidenceEnum = { machine: 'machine', manual: 'manual', both: 'both' } as const;
registerEnumType(LineageEvidenceEnum, {
  name: 'LineageEvidence',
  description: 'Who says an edge: events (`machine`), people who add or confirm it (`manual`), or `both`.',
});

@ObjectType('LineageEdit', {
  description:
    'An edge that somebody added, removed or confirmed by hand. It holds from its making to its expiry or withdrawal, whichever is first.',
})
export class LineageEditModel {
  @Field(() => ID)
  id!: string;

  @Field(() => LineageEditActionEnum)
  action!: EditAction;

  @Field(() => AssetModel)
  from!: AssetModel;

  @Field(() => AssetModel)
  to!: AssetModel;

  @Field(() => String)
  reason!: string;

  @Field(() => String, { description: 'Who made it, as a subject.' })
  author!: string;

  @Field(() => Date)
  createdAt!: Date;

  @Field(() => Date, { nullable: true })
  expiresAt?: Date | null;

  @Field(() => Date, { nullable: true, description: 'Null unless somebody ended it.' })
  withdrawnAt?: Date | null;

  @Field(() => String, { nullable: true })
  withdrawnBy?: string | null;

  @Field(() => String, { nullable: true })
  withdrawalReason?: string | null;
}

export const LineageEditPage = pageType(LineageEditModel, 'LineageEditPage');

@InputType({ description: 'Which edits a list shows; absent means any.' })
export class LineageEditFilterInput {
  @Field(() => ID, { nullable: true, description: 'Those of which it is an end.' })
  assetId?: string | null;

  @Field(() => String, { nullable: true, description: 'A subject, such as user:ada.' })
  author?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Also those that expired or were withdrawn.' })
  withEnded?: boolean | null;
}
