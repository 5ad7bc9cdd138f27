import { Field, ObjectType } from '@nestjs/graphql';

@ObjectType('MatchedRule', { description: 'A rule that had its part in a decision.' })
export class MatchedRuleModel {
  @Field(() => String)
  id!: string;

  @Field(() => String, { description: 'allow, deny, mask, filter or exempt.' })
  effect!: string;

  @Field(() => [String], { description: 'From the subject over its roles to the one that the rule names.' })
  rolePath!: readonly string[];

  @Field(() => [[String]], {
    description: "From the asset's classifications up to those that the rule names.",
  })
  tagPaths!: readonly (readonly string[])[];
}

@ObjectType('ColumnMask', { description: 'What is done with the values of a column.' })
export class ColumnMaskModel {
  @Field(() => String, { description: 'Fields of structs as struct.field.' })
  column!: string;

  @Field(() => String, { description: 'null, redact, constant:TEXT, hmac, sha256, partial:N or date:PART.' })
  mask!: string;

  @Field(() => [String], { description: 'Ids of the rules that ask for it, or for a milder one.' })
  rules!: readonly string[];
}

@ObjectType('RowFilter', { description: 'Only rows that it lets through are seen.' })
export class RowFilterModel {
  @Field(() => String, { description: 'Id of the rule.' })
  rule!: string;

  @Field(() => String, { description: 'As the policy writes it.' })
  filter!: string;
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

  @Field(() => [ColumnMaskModel], { description: 'How columns are changed before they are read.' })
  masks!: readonly ColumnMaskModel[];

  @Field(() => [RowFilterModel], {
    description: 'By which rows are left out before they are read; all must hold.',
  })
  filters!: readonly RowFilterModel[];

  @Field(() => String, { description: 'Version of the policy that answered.' })
  bundleVersion!: string;
}
