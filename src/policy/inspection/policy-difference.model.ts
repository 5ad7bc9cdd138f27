import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { PolicyLineModel } from './policy-check.model.js';

@ObjectType('PolicyAnswer', { description: 'What one of two policies answers.' })
export class PolicyAnswerModel {
  @Field(() => Boolean)
  allowed!: boolean;

  @Field(() => [String], { description: 'Rules that made the answer.' })
  rules!: readonly string[];

  @Field(() => String)
  reason!: string;

  @Field(() => [String], { description: 'Masks that are asked for, as `pii.email: sha256`.' })
  masks!: readonly string[];

  @Field(() => [String], { description: 'Filters that rows must pass, as policy files write them.' })
  filters!: readonly string[];
}

@ObjectType('PolicyColumnChange')
export class PolicyColumnChangeModel {
  @Field(() => String)
  name!: string;

  @Field(() => String, { nullable: true })
  before?: string | null;

  @Field(() => String, { nullable: true })
  after?: string | null;
}

@ObjectType('PolicyLineChange', { description: 'A line that two policies do not have in common.' })
export class PolicyLineChangeModel extends PolicyLineModel {
  @Field(() => String, {
    description: 'rule, mask-rule, filter-rule, role-link, namespace-link, tag-link or place.',
  })
  kind!: string;

  @Field(() => String, { description: 'added, removed or changed.' })
  change!: string;

  @Field(() => [PolicyColumnChangeModel], {
    description: 'All columns of a rule that is new or gone, else those that changed.',
  })
  columns!: readonly PolicyColumnChangeModel[];
}

@ObjectType('GovernedAsset', { description: 'An asset as policy knows it.' })
export class GovernedAssetModel {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  namespace!: string;

  @Field(() => String)
  kind!: string;

  @Field(() => String)
  name!: string;

  @Field(() => [String])
  tags!: readonly string[];
}

@ObjectType('PolicyAssetDifference')
export class PolicyAssetDifferenceModel {
  @Field(() => GovernedAssetModel)
  asset!: GovernedAssetModel;

  @Field(() => PolicyAnswerModel, { description: 'To `askedAs`, for the first of the actions.' })
  before!: PolicyAnswerModel;

  @Field(() => PolicyAnswerModel)
  after!: PolicyAnswerModel;
}

@ObjectType('PolicyMaskChange')
export class PolicyMaskChangeModel {
  @Field(() => String)
  tag!: string;

  @Field(() => String, { nullable: true, description: 'Null: none.' })
  before?: string | null;

  @Field(() => String, { nullable: true, description: 'Null: none.' })
  after?: string | null;
}

@ObjectType('PolicyFilterChange', { description: 'Row filters, as policy files write them.' })
export class PolicyFilterChangeModel {
  @Field(() => [String], { description: 'Those that rows need pass no more.' })
  removed!: readonly string[];

  @Field(() => [String], { description: 'Those that rows must pass from now on.' })
  added!: readonly string[];
}

@ObjectType('PolicyAccessDifference', {
  description: 'Assets that some gain, lose, or see masked or filtered otherwise.',
})
export class PolicyAccessDifferenceModel {
  @Field(() => String, { description: 'gained, lost, masked-otherwise or filtered-otherwise.' })
  kind!: string;

  @Field(() => [String])
  actions!: readonly string[];

  @Field(() => [String], {
    description:
      'Subjects, the first 100; `group:NAME` for who is only a member of it, `*` for who is named nowhere.',
  })
  principals!: readonly string[];

  @Field(() => Int)
  principalTotal!: number;

  @Field(() => PolicyMaskChangeModel, { nullable: true })
  mask?: PolicyMaskChangeModel | null;

  @Field(() => PolicyFilterChangeModel, { nullable: true })
  filter?: PolicyFilterChangeModel | null;

  @Field(() => Int, { description: 'How many assets.' })
  total!: number;

  @Field(() => String, { description: 'The one of the principals to whom the answers are.' })
  askedAs!: string;

  @Field(() => [PolicyAssetDifferenceModel], { description: 'The first of them by name.' })
  assets!: readonly PolicyAssetDifferenceModel[];
}

@ObjectType('PolicySystemDifference', {
  description: 'A part of the service that some may administer, or no longer.',
})
export class PolicySystemDifferenceModel {
  @Field(() => String, { description: 'E.g. `system/policy`.' })
  object!: string;

  @Field(() => [String], { description: 'The first 100.' })
  principals!: readonly string[];

  @Field(() => Int)
  principalTotal!: number;

  @Field(() => PolicyAnswerModel)
  before!: PolicyAnswerModel;

  @Field(() => PolicyAnswerModel)
  after!: PolicyAnswerModel;
}

@ObjectType('PolicyDifference', {
  description: 'Who gains or loses what when one policy takes the place of another.',
})
export class PolicyDifferenceModel {
  @Field(() => String, { description: 'Version of the policy that answers now.' })
  before!: string;

  @Field(() => String, { description: 'Version of the files.' })
  after!: string;

  @Field(() => [PolicyLineChangeModel], { description: 'The first 1,000.' })
  lines!: readonly PolicyLineChangeModel[];

  @Field(() => Int)
  lineTotal!: number;

  @Field(() => [PolicyAccessDifferenceModel], { description: 'Those with most assets first, up to 100.' })
  access!: readonly PolicyAccessDifferenceModel[];

  @Field(() => Int)
  accessTotal!: number;

  @Field(() => [PolicySystemDifferenceModel])
  system!: readonly PolicySystemDifferenceModel[];

  @Field(() => Boolean, { description: 'Whether there was time for all; if not, more may be otherwise.' })
  isComplete!: boolean;
}
