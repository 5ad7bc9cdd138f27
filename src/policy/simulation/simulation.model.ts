import { Field, Float, InputType, Int, ObjectType } from '@nestjs/graphql';
import { PolicyFileInput } from '../check/check.model.js';

@ObjectType('PolicyFlipAsset', { description: 'What was asked about, as it was then.' })
export class PolicyFlipAssetModel {
  @Field(() => String)
  namespace!: string;

  @Field(() => String)
  kind!: string;

  @Field(() => String)
  name!: string;
}

@ObjectType('PolicyFlipSide', { description: 'An answer, and the rules that made it.' })
export class PolicyFlipSideModel {
  @Field(() => Boolean, { description: 'Of a list: whether anything could be in it.' })
  isAllowed!: boolean;

  @Field(() => [String])
  rules!: readonly string[];

  @Field(() => [String], {
    description:
      'Masks, as `email: sha256` by column, or by classification where no columns were known. Of what was answered: if that version is kept.',
  })
  masks!: readonly string[];

  @Field(() => [String], {
    description:
      'Filters that rows must pass, as policy files write them. Of what was answered: if that version is kept.',
  })
  filters!: readonly string[];
}

@ObjectType('PolicyFlip', { description: 'Answers that would be another.' })
export class PolicyFlipModel {
  @Field(() => String)
  subject!: string;

  @Field(() => String)
  action!: string;

  @Field(() => PolicyFlipAssetModel, { nullable: true, description: 'Absent for lists.' })
  asset?: PolicyFlipAssetModel;

  @Field(() => PolicyFlipSideModel, { description: 'As it was answered.' })
  before!: PolicyFlipSideModel;

  @Field(() => PolicyFlipSideModel, { description: 'As the candidate answers.' })
  after!: PolicyFlipSideModel;

  @Field(() => Int)
  count!: number;

  @Field(() => Date)
  lastAt!: Date;
}

@ObjectType('PolicyReplayCount')
export class PolicyReplayCountModel {
  @Field(() => Float)
  replayed!: number;

  @Field(() => Float)
  flipped!: number;

  @Field(() => Float, { defaultValue: 0, description: 'Lists beyond 20,000: they are costly.' })
  skipped?: number;
}

@ObjectType('PolicySimulation', { description: 'What a policy would have answered otherwise.' })
export class PolicySimulationModel {
  @Field(() => String, { description: 'Of the candidate.' })
  version!: string;

  @Field(() => Date)
  from!: Date;

  @Field(() => Date)
  to!: Date;

  @Field(() => PolicyReplayCountModel, { description: 'Of single assets.' })
  decisions!: PolicyReplayCountModel;

  @Field(() => PolicyReplayCountModel)
  lists!: PolicyReplayCountModel;

  @Field(() => Float, { description: 'Logged before groups, classifications and context were.' })
  notReplayable!: number;

  @Field(() => [PolicyFlipModel], { description: 'The most frequent first.' })
  flips!: readonly PolicyFlipModel[];

  @Field(() => [PolicyFlipModel], { description: 'Lists that would show other assets.' })
  listFlips!: readonly PolicyFlipModel[];

  @Field(() => Boolean, { description: 'Whether there are more different flips than 2,000.' })
  isCut!: boolean;

  @Field(() => Boolean, { description: 'Whether the log has more than 2,000,000 decisions of that time.' })
  isTruncated!: boolean;
}

@InputType()
export class SimulatePolicyInput {
  @Field(() => [PolicyFileInput], { description: 'All of the policy: model.conf, *.csv, tests/*.yaml.' })
  files!: PolicyFileInput[];

  @Field(() => Date, { nullable: true, description: 'Default: seven days before `to`.' })
  from?: Date;

  @Field(() => Date, { nullable: true, description: 'Default: now.' })
  to?: Date;
}
