import { Field, Int, ObjectType } from '@nestjs/graphql';
import { PolicyFindingModel } from '../check/check.model.js';

@ObjectType('PolicyLine', { description: 'A line of policy files.' })
export class PolicyLineModel {
  @Field(() => String, { description: 'The id of a rule, or a link as written.' })
  what!: string;

  @Field(() => String)
  file!: string;

  @Field(() => Int)
  line!: number;
}

@ObjectType('PolicySurvivor', {
  description: 'A line, a clause of a condition or a part of a row filter that no test misses.',
})
export class PolicySurvivorModel extends PolicyLineModel {
  @Field(() => String, { description: 'rule, condition, filter, role-link, namespace-link or tag-link.' })
  kind!: string;

  @Field(() => Boolean, { description: 'Whether any question comes by it.' })
  isReached!: boolean;
}

@ObjectType('PolicyCheck', { description: 'What is known of policy files before they take effect.' })
export class PolicyCheckModel {
  @Field(() => String, { nullable: true, description: 'Null when they cannot be read as a policy.' })
  version?: string | null;

  @Field(() => [PolicyFindingModel], { description: 'By file and line, the first 1,000.' })
  findings!: readonly PolicyFindingModel[];

  @Field(() => Int)
  findingTotal!: number;

  @Field(() => Int, { description: 'How many questions the tests ask.' })
  questions!: number;

  @Field(() => [PolicyLineModel], { description: 'Rules that decided nothing in any test, the first 1,000.' })
  uncoveredRules!: readonly PolicyLineModel[];

  @Field(() => Int)
  uncoveredRuleTotal!: number;

  @Field(() => [PolicyLineModel], { description: 'Role links that decided nothing, the first 1,000.' })
  uncoveredRoleLinks!: readonly PolicyLineModel[];

  @Field(() => Int)
  uncoveredRoleLinkTotal!: number;

  @Field(() => Int, { description: 'How many lines, clauses and parts of filters were taken out in turn.' })
  mutants!: number;

  @Field(() => [PolicySurvivorModel], { description: 'Those that no test missed, the first 1,000.' })
  survivors!: readonly PolicySurvivorModel[];

  @Field(() => Int)
  survivorTotal!: number;

  @Field(() => Boolean, {
    description: 'Whether there was time for all mutants; if not, no survivor is told.',
  })
  isComplete!: boolean;
}
