import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../../identity/index.js';
import { type Page, PageArgs } from '../../../platform/index.js';
import type { RuleDefinition } from './rule.js';
import {
  BuiltinIdentityRuleModel,
  IdentityRuleChangeModel,
  IdentityRuleInput,
  IdentityRuleModel,
  IdentityRulePage,
  IdentityRulePreviewModel,
} from './rule.model.js';
import type { RuleRecord } from './rule.repository.js';
import { RuleService } from './rule.service.js';

@Resolver(() => IdentityRuleModel)
export class RuleResolver {
  constructor(private readonly service: RuleService) {}

  @Access('governed')
  @Query(() => IdentityRulePage, {
    description: 'Rules of names that were made here, the latest first. For administrators.',
  })
  async identityRules(
    @Caller() caller: Principal,
    @Args() page: PageArgs,
    @Args('withRemoved', { defaultValue: false, description: 'Also those that are not in force any more.' })
    withRemoved: boolean,
  ): Promise<Page<IdentityRuleModel>> {
    const { nodes, ...rest } = await this.service.list(caller, withRemoved, page);
    return { ...rest, nodes: nodes.map(modelOf) };
  }

  @Access('governed')
  @Query(() => [BuiltinIdentityRuleModel], {
    description: 'Rules of names that come with Cairn, in their order. For administrators.',
  })
  async builtinIdentityRules(@Caller() caller: Principal): Promise<BuiltinIdentityRuleModel[]> {
    const rules = await this.service.builtin(caller);
    return rules.map(({ examples, ...rule }) => ({
      ...rule,
      examples: examples.map(([from, to]) => ({ from, to })),
    }));
  }

  @Access('governed')
  @Query(() => IdentityRulePreviewModel, {
    description: 'What a rule of names would do. Nothing changes. For administrators.',
  })
  previewIdentityRule(
    @Caller() caller: Principal,
    @Args('input') input: IdentityRuleInput,
  ): Promise<IdentityRulePreviewModel> {
    return this.service.preview(caller, input);
  }

  @Access('governed')
  @Query(() => IdentityRulePreviewModel, {
    description: 'What removing a rule of names would do. Nothing changes. For administrators.',
  })
  previewIdentityRuleRemoval(
    @Caller() caller: Principal,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<IdentityRulePreviewModel> {
    return this.service.previewRemoval(caller, id);
  }

  @Access('governed')
  @Mutation(() => IdentityRuleChangeModel, {
    description:
      'Adds a rule of names; the graph of all events follows it. Ingestion waits meanwhile. For administrators.',
  })
  async addIdentityRule(
    @Caller() caller: Principal,
    @Args('input') input: IdentityRuleInput,
    @Args('reason', { description: '1–1,000 characters.' }) reason: string,
  ): Promise<IdentityRuleChangeModel> {
    const { rule, changes } = await this.service.add(caller, input, reason);
    return { rule: modelOf(rule), changes };
  }

  @Access('governed')
  @Mutation(() => IdentityRuleChangeModel, {
    description: 'Removes a rule of names; the graph is as if it had never been there. For administrators.',
  })
  async removeIdentityRule(
    @Caller() caller: Principal,
    @Args('id', { type: () => ID }) id: string,
    @Args('reason', { description: '1–1,000 characters.' }) reason: string,
  ): Promise<IdentityRuleChangeModel> {
    const { rule, changes } = await this.service.remove(caller, id, reason);
    return { rule: modelOf(rule), changes };
  }
}

function modelOf({ definition, ...record }: RuleRecord): IdentityRuleModel {
  return { ...record, ...fieldsOf(definition) };
}

function fieldsOf(
  definition: RuleDefinition,
): Pick<IdentityRuleModel, 'kind' | 'space' | 'from' | 'to' | 'rule'> {
  if (definition.kind !== 'namespace') return definition;
  const { kind, from, to } = definition;
  return { kind, from: { namespace: from }, to: { namespace: to } };
}
