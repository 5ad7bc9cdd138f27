import { Field, Float, ID, InputType, Int, ObjectType, OmitType } from '@nestjs/graphql';
import { DecisionModel, MatchedRuleModel } from '../decision/decision.model.js';

@InputType({
  description:
    'What a request says of itself, as conditions know it. Absent is unknown; `now` absent is now.',
})
export class PolicyContextInput {
  @Field(() => String, { nullable: true, description: 'An instant, e.g. 2026-12-31T00:00:00Z.' })
  now?: string | null;

  @Field(() => String, { nullable: true })
  purpose?: string | null;

  @Field(() => String, { nullable: true })
  branch?: string | null;

  @Field(() => Boolean, { nullable: true })
  protected?: boolean | null;

  @Field(() => Float, { nullable: true })
  approvals?: number | null;

  @Field(() => Boolean, { nullable: true })
  mfa?: boolean | null;

  @Field(() => Float, { nullable: true })
  clearance?: number | null;

  @Field(() => String, { nullable: true })
  environment?: string | null;

  @Field(() => String, { nullable: true })
  region?: string | null;
}

@InputType({
  description: 'Who wants what. The object is an asset by its id, or namespace, kind, name and tags.',
})
export class ExplainDecisionInput {
  @Field(() => String, { description: '`user:NAME` or `service:NAME`, known or not.' })
  subject!: string;

  @Field(() => [String], {
    nullable: true,
    description: '`group:NAME`; absent: those that the principal holds now.',
  })
  groups?: string[] | null;

  @Field(() => String)
  action!: string;

  @Field(() => ID, { nullable: true })
  assetId?: string | null;

  @Field(() => String, { nullable: true })
  namespace?: string | null;

  @Field(() => String, { nullable: true, description: 'dataset, model, job, endpoint, workload or system.' })
  kind?: string | null;

  @Field(() => String, { nullable: true })
  name?: string | null;

  @Field(() => [String], { nullable: true })
  tags?: string[] | null;
}

@ObjectType('ExplainedRule', { description: 'A rule that had its part in a decision, and where it stands.' })
export class ExplainedRuleModel extends MatchedRuleModel {
  @Field(() => String, { description: 'Empty of what is granted beside the files.' })
  file!: string;

  @Field(() => Int)
  line!: number;

  @Field(() => String, {
    description: '`true`, or `unknown` where an attribute is missing and the rule takes away.',
  })
  condition!: string;
}

@ObjectType('NearMiss', { description: 'A rule that would have matched but for one column.' })
export class NearMissModel {
  @Field(() => String)
  id!: string;

  @Field(() => String, { description: 'allow, deny, mask, filter or exempt.' })
  effect!: string;

  @Field(() => String, { description: 'Empty of what is granted beside the files.' })
  file!: string;

  @Field(() => Int)
  line!: number;

  @Field(() => String, { description: 'sub, ns, obj, act, tags or when.' })
  column!: string;

  @Field(() => String, { description: 'What the column says, and how it is otherwise here.' })
  reason!: string;
}

@ObjectType('Explanation', {
  description:
    "Policy's answer to who carries masks and filters out, with all that made it and nearly changed it.",
})
export class ExplanationModel extends OmitType(DecisionModel, ['matched', 'masks', 'filters'] as const) {
  @Field(() => [String], { description: 'Masks that are asked for, as `pii.email: sha256`.' })
  masks!: readonly string[];

  @Field(() => [String], { description: 'Filters that rows must pass, as the policy writes them.' })
  filters!: readonly string[];

  @Field(() => [ExplainedRuleModel], {
    description: 'Every rule that matched, also those that others overrode.',
  })
  matched!: readonly ExplainedRuleModel[];

  @Field(() => [NearMissModel], {
    description: 'Up to 50; those that would have changed the answer come first.',
  })
  nearMisses!: readonly NearMissModel[];

  @Field(() => Int)
  nearMissTotal!: number;
}
