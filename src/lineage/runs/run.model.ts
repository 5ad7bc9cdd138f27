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
