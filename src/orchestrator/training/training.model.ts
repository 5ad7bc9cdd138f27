import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { JsonScalar, pageType } from '../../platform/index.js';
import type { RunState } from './run-state.js';

export const TrainingRunStateEnum = {
  pending: 'pending',
  starting: 'starting',
  running: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
  lost: 'lost',
} as const;
registerEnumType(TrainingRunStateEnum, {
  name: 'TrainingRunState',
  description:
    'Where a training run is. The last four are final; `lost`: it runs no longer, and how it ended cannot be known.',
});

@ObjectType('TrainingRunInput', { description: 'Content that a run reads, at one commit.' })
export class TrainingRunInputModel {
  @Field(() => String)
  repository!: string;

  @Field(() => String, { description: 'As it was asked for, e.g. `v1`.' })
  revision!: string;

  @Field(() => ID, { description: 'What it meant when the run was submitted.' })
  commitId!: string;

  @Field(() => String, { description: 'Folder under `CAIRN_INPUTS`.' })
  mount!: string;
}

@ObjectType('TrainingRunCode', { description: 'The code of a run, at one commit: its working directory.' })
export class TrainingRunCodeModel {
  @Field(() => String)
  repository!: string;

  @Field(() => String)
  revision!: string;

  @Field(() => ID)
  commitId!: string;
}

@ObjectType('TrainingRunOutput', { description: 'Where a run commits what it leaves in `CAIRN_OUTPUTS`.' })
export class TrainingRunOutputModel {
  @Field(() => String)
  repository!: string;

  @Field(() => String)
  branch!: string;

  @Field(() => ID, { nullable: true, description: 'The commit, of a run that succeeded.' })
  commitId?: string;
}

@ObjectType('TrainingRun', { description: 'A launched training.' })
export class TrainingRunModel {
  @Field(() => ID, { description: 'A UUID; also the id of its lineage run.' })
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => TrainingRunStateEnum)
  state!: RunState;

  @Field(() => String, { description: 'Subject, e.g. `service:trainer`; the run acts as it.' })
  submittedBy!: string;

  jobAssetId!: string;

  @Field(() => [TrainingRunInputModel], { description: 'What you may not see is absent.' })
  inputs!: readonly TrainingRunInputModel[];

  @Field(() => TrainingRunCodeModel, { nullable: true, description: 'Null also when you may not see it.' })
  code?: TrainingRunCodeModel | null;

  @Field(() => [String])
  command!: readonly string[];

  @Field(() => TrainingRunOutputModel)
  output!: TrainingRunOutputModel;

  @Field(() => JsonScalar)
  parameters!: object;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'Numbers by name, as the run left them in `metrics.json`.',
  })
  metrics?: object | null;

  @Field(() => Int, { nullable: true })
  exitCode?: number | null;

  @Field(() => String, { nullable: true, description: 'Why it ended as it did; null for a success.' })
  reason?: string | null;

  @Field(() => String, {
    description: 'SHA-256 over what decides the result: commits, command, parameters, seed, environment.',
  })
  contentHash!: string;

  @Field(() => Int)
  seed!: number;

  @Field(() => String, { nullable: true, description: 'Container image, where runs have one.' })
  image?: string | null;

  @Field(() => JsonScalar, {
    description:
      'Amounts by resource, e.g. `{"cpu": "2", "nvidia.com/gpu": "1"}`; empty where they cannot be chosen.',
  })
  resources!: object;

  @Field(() => Int)
  timeoutSeconds!: number;

  @Field(() => Date)
  createdAt!: Date;

  @Field(() => Date, { nullable: true })
  startedAt?: Date | null;

  @Field(() => Date, { nullable: true })
  finishedAt?: Date | null;
}

export const TrainingRunPage = pageType(TrainingRunModel, 'TrainingRunPage');

@InputType({ description: 'Content that the run reads.' })
export class RunInputInput {
  @Field(() => String)
  repository!: string;

  @Field(() => String, { description: 'Branch, tag or commit; pinned to its commit now.' })
  revision!: string;

  @Field(() => String, {
    description: 'Folder under `CAIRN_INPUTS` where it lies read-only: 1–63 letters, digits, ".", "_", "-".',
  })
  mount!: string;
}

@InputType({ description: 'The code that the run executes.' })
export class RunCodeInput {
  @Field(() => String)
  repository!: string;

  @Field(() => String)
  revision!: string;
}

@InputType({ description: 'Where the run commits to.' })
export class RunOutputInput {
  @Field(() => String)
  repository!: string;

  @Field(() => String)
  branch!: string;
}

@InputType()
export class SubmitTrainingRunInput {
  @Field(() => String, { description: '1–200 characters.' })
  name!: string;

  @Field(() => [RunInputInput], { description: '1–16.' })
  inputs!: RunInputInput[];

  @Field(() => RunCodeInput, { nullable: true, description: 'An empty folder when absent.' })
  code?: RunCodeInput | null;

  @Field(() => [String], {
    description: 'A program and its arguments, started in the code. No shell reads them.',
  })
  command!: string[];

  @Field(() => RunOutputInput)
  output!: RunOutputInput;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'An object, up to 64 KiB, found as JSON in `CAIRN_PARAMETERS`.',
  })
  parameters?: Record<string, unknown> | null;

  @Field(() => Int, {
    nullable: true,
    description: 'For random numbers, found in `CAIRN_SEED`. 0 by default.',
  })
  seed?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'Container image to run in, where runs are Jobs of a cluster. The service has a default.',
  })
  image?: string | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description:
      'Amounts by resource as Kubernetes writes them, where runs are Jobs of a cluster: `cpu`, `memory`, `nvidia.com/gpu`, …',
  })
  resources?: Record<string, string> | null;

  @Field(() => Int, { nullable: true, description: 'When to stop it. An hour by default.' })
  timeoutSeconds?: number | null;
}
