import { Field, Float, ID, InputType, ObjectType } from '@nestjs/graphql';
import { pageType } from '../../platform/index.js';
import { PolicyFileInput, PolicyFindingModel } from '../check/check.model.js';

@ObjectType('PolicyDelivery', { description: 'How a try to bring policy files in ended.' })
export class PolicyDeliveryModel {
  @Field(() => String, {
    description:
      'taken: they are live; unchanged: they say what is live; held: the source still shows what was rolled back or replaced; refused; failed: the source cannot be read.',
  })
  outcome!: string;

  @Field(() => String, { nullable: true })
  version?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'bundle, unreadable, unsigned, signature, manifest, unlisted-file, missing-file, changed-file, replayed, sequence-reused or rewritten-history.',
  })
  refusal?: string | null;

  @Field(() => String)
  message!: string;

  @Field(() => [PolicyFindingModel], { description: 'All of them, 500 at most.' })
  findings!: readonly PolicyFindingModel[];
}

@ObjectType('PolicyAttempt', { description: 'A try to bring policy files in.' })
export class PolicyAttemptModel extends PolicyDeliveryModel {
  @Field(() => String, {
    description: 'Where from, e.g. git:URL#BRANCH:FOLDER; apply or rollback for what people ask for.',
  })
  source!: string;

  @Field(() => String, { nullable: true, description: 'The commit, for a Git source.' })
  sourceRef?: string | null;

  @Field(() => String, { description: 'A subject, or "source".' })
  attemptedBy!: string;

  @Field(() => Date)
  attemptedAt!: Date;
}

@ObjectType('PolicyMove', { description: 'A version of the policy became the one that answers.' })
export class PolicyMoveModel {
  @Field(() => Float, { description: 'Grows by one with each move.' })
  generation!: number;

  @Field(() => ID)
  version!: string;

  @Field(() => ID, { nullable: true })
  fromVersion?: string | null;

  @Field(() => String, { description: 'directory, git, apply or rollback.' })
  source!: string;

  @Field(() => String, { nullable: true, description: 'The commit, for a Git source.' })
  sourceRef?: string | null;

  @Field(() => String, { nullable: true, description: 'Short name of the key.' })
  signedBy?: string | null;

  @Field(() => Float, { nullable: true, description: 'Of the signed manifest.' })
  sequence?: number | null;

  @Field(() => String)
  movedBy!: string;

  @Field(() => String)
  reason!: string;

  @Field(() => Date)
  movedAt!: Date;
}

export const PolicyMovePage = pageType(PolicyMoveModel, 'PolicyMovePage');

@ObjectType('PolicyAnswering', { description: 'What answers in the replica that was asked.' })
export class PolicyAnsweringModel {
  @Field(() => ID)
  version!: string;

  @Field(() => Float)
  generation!: number;

  @Field(() => String, { nullable: true, description: 'Why it is behind, if it cannot load what is live.' })
  lagReason?: string;
}

@ObjectType('PolicyFile', { description: 'A file of a policy.' })
export class PolicyFileModel {
  @Field(() => String)
  path!: string;

  @Field(() => String)
  text!: string;
}

@ObjectType('PolicyStatus', { description: 'Which version of the policy is live, and how it got there.' })
export class PolicyStatusModel {
  @Field(() => ID, { description: 'SHA-256 over what the files say.' })
  version!: string;

  @Field(() => Float)
  generation!: number;

  @Field(() => Date, { name: 'since' })
  changedAt!: Date;

  @Field(() => String)
  changedBy!: string;

  @Field(() => String, { description: 'Where policy files come from on their own.' })
  source!: string;

  @Field(() => Boolean, { description: 'Whether files may be applied beside the source.' })
  isApplyOpen!: boolean;

  @Field(() => [String], {
    description: 'Short names of the keys that files must be signed by; none when they need not be.',
  })
  keys!: readonly string[];

  @Field(() => PolicyAnsweringModel)
  answering!: PolicyAnsweringModel;
}

@InputType()
export class ApplyPolicyInput {
  @Field(() => [PolicyFileInput], { description: 'All of the policy: model.conf, *.csv, tests/*.yaml.' })
  files!: PolicyFileInput[];

  @Field(() => String)
  reason!: string;

  @Field(() => String, { nullable: true, description: 'manifest.json, where files must be signed.' })
  manifest?: string;

  @Field(() => String, { nullable: true, description: 'manifest.sig.' })
  signature?: string;

  @Field(() => Float, { nullable: true, description: 'Refused if another generation is live.' })
  expectedGeneration?: number;
}

@InputType()
export class RollbackPolicyInput {
  @Field(() => String, {
    nullable: true,
    description: 'Its first 8 digits suffice. What was live before, when absent.',
  })
  version?: string;

  @Field(() => String)
  reason!: string;

  @Field(() => Float, { nullable: true, description: 'Refused if another generation is live.' })
  expectedGeneration?: number;
}
