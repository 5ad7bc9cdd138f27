import { Field, ObjectType } from '@nestjs/graphql';

@ObjectType('MatchedRule', { description: 'A rule that had its part in a decision.' })
export class MatchedRuleModel {
  @Field(() => String)
  id!: string;

  @Field(() => String, { description: 'allow, deny, mask or exempt.' })
  effect!: string;

  @Field(() => [String], { description: 'From the subject over its roles to the one that the rule names.' })
  rolePath!: readonly string[];

  @Field(() => [[String]], {
    description: "From the asset's classifications up to those that the rule names.",
  })
  tagPaths!: readonly (readonly string[])[];
}

@ObjectType('Decision', { description: "Policy's answer, explained." })
export class DecisionModel {
  @Field(() => Boolean)
  allowed!: boolean;

  @Field(() => String)
  reason!: string;

  @Field(() => [String], { description: 'Ids of the rules that decided; none when no rule allows.' })
  rules!: readonly string[];

  @Field(() => [MatchedRuleModel], {
    description: 'Every rule that matched, also those that others overrode.',
  })
  matched!: readonly MatchedRuleModel[];

  @Field(() => String, { description: 'Version of the policy that answered.' })
  bundleVersion!: string;
}
