import { ArgsType, Field, Float, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { JsonScalar, pageType } from '../../platform/index.js';
import type { OperationState } from './operation.js';

export const OperationStateEnum = {
  queued: 'queued',
  running: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
} as const;
registerEnumType(OperationStateEnum, {
  name: 'OperationState',
  description: 'The last three are final.',
});

@ObjectType('OperationProgress')
export class OperationProgressModel {
  @Field(() => Float)
  done!: number;

  @Field(() => Float, { nullable: true, description: 'Absent while it is not known.' })
  total?: number;

  @Field(() => String, { nullable: true, description: 'What is counted.' })
  unit?: string;

  @Field(() => String, { nullable: true, description: 'What it is doing now.' })
  step?: string;
}

@ObjectType('OperationProblem', { description: 'Why it failed, as a request would have been told.' })
export class OperationProblemModel {
  @Field(() => String)
  code!: string;

  @Field(() => String)
  message!: string;

  @Field(() => JsonScalar)
  details!: object;
}

@ObjectType('Operation', {
  description:
    'Long work that a request started. It goes on without the request, and after a restart of the service.',
})
export class OperationModel {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: 'commit, merge, import or garbage-collection.' })
  kind!: string;

  @Field(() => JsonScalar, { description: 'What was asked for.' })
  input!: object;

  @Field(() => OperationStateEnum)
  state!: OperationState;

  @Field(() => OperationProgressModel)
  progress!: OperationProgressModel;

  @Field(() => JsonScalar, {
    nullable: true,
    description:
      'What came of it, once it succeeded: `{commitId}` of a commit, that or `{conflicts, total}` of a merge, `{objects, bytes, skipped}` of an import, counts of a garbage collection.',
  })
  result?: object | null;

  @Field(() => OperationProblemModel, { nullable: true })
  problem?: OperationProblemModel | null;

  @Field(() => String, { description: 'Subject whose rights count.' })
  requestedBy!: string;

  @Field(() => Date)
  createdAt!: Date;

  @Field(() => Date, { nullable: true })
  startedAt?: Date | null;

  @Field(() => Date, { nullable: true })
  finishedAt?: Date | null;
}

export const OperationPage = pageType(OperationModel, 'OperationPage');

@ArgsType()
export class OperationArgs {
  @Field(() => ID)
  id!: string;

  @Field(() => Int, {
    defaultValue: 0,
    description: '0–20: answers when it has ended, or after so long.',
  })
  waitSeconds!: number;
}
