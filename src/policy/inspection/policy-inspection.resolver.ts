import { Args, Query, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { filterTexts, maskTexts } from '../diff/flips.js';
import type { AccessDifference, PolicyDifference, SystemDifference } from '../diff/compare-policies.js';
import { ExplainDecisionInput, ExplanationModel, PolicyContextInput } from './explanation.model.js';
import { PolicyFileInput } from '../check/check.model.js';
import { PolicyCheckModel } from './policy-check.model.js';
import { PolicyDifferenceModel } from './policy-difference.model.js';
import { PolicyInspection } from './policy-inspection.service.js';

/** Items of a list that are told. */
const TOLD = 1_000;
/** Principals that are named of one difference. */
const NAMED = 100;

@Resolver()
export class PolicyInspectionResolver {
  constructor(private readonly inspection: PolicyInspection) {}

  @Access('governed')
  @Query(() => PolicyCheckModel, {
    description:
      'Loads, lints and tests policy files, and takes out one line after the other to see whether a test misses it. Nothing takes effect. For those who administer policy.',
  })
  async checkPolicy(
    @Caller() caller: Principal,
    @Args('files', { type: () => [PolicyFileInput] }) files: PolicyFileInput[],
  ): Promise<PolicyCheckModel> {
    const { version, findings, questions, coverage, mutation } = await this.inspection.check(caller, files);
    const rules = coverage?.rules.uncovered ?? [];
    const links = coverage?.roleLinks.uncovered ?? [];
    const survivors = mutation?.survivors ?? [];
    return {
      ...{ version: version ?? null, questions },
      ...{ findings: findings.slice(0, TOLD), findingTotal: findings.length },
      ...{ uncoveredRules: rules.slice(0, TOLD), uncoveredRuleTotal: rules.length },
      ...{ uncoveredRoleLinks: links.slice(0, TOLD), uncoveredRoleLinkTotal: links.length },
      ...{ survivors: survivors.slice(0, TOLD), survivorTotal: survivors.length },
      ...{ mutants: mutation?.mutants ?? 0, isComplete: mutation?.isComplete ?? false },
    };
  }

  @Access('governed')
  @Query(() => PolicyDifferenceModel, {
    description:
      'Who would gain or lose what if these files took the place of the policy that answers. For those who administer policy.',
  })
  async diffPolicy(
    @Caller() caller: Principal,
    @Args('files', { type: () => [PolicyFileInput] }) files: PolicyFileInput[],
    @Args('context', {
      nullable: true,
      type: () => PolicyContextInput,
      description: 'What every request is taken to say, beside what is known of each principal.',
    })
    context?: PolicyContextInput,
  ): Promise<PolicyDifferenceModel> {
    return differenceModel(await this.inspection.compare(caller, files, context));
  }

  @Access('governed')
  @Query(() => ExplanationModel, {
    description:
      'Why policy answers somebody as it does, and which rules miss by one column. For those who administer policy.',
  })
  async explainDecision(
    @Caller() caller: Principal,
    @Args('input') input: ExplainDecisionInput,
    @Args('context', {
      nullable: true,
      type: () => PolicyContextInput,
      description: 'Over what is known of the principal.',
    })
    context?: PolicyContextInput,
  ): Promise<ExplanationModel> {
    const explanation = await this.inspection.explain(caller, input, context);
    return { ...explanation, masks: maskTexts(explanation), filters: filterTexts(explanation) };
  }
}

function differenceModel({ lines, access, system, ...difference }: PolicyDifference): PolicyDifferenceModel {
  return {
    ...difference,
    ...{ lines: lines.slice(0, TOLD), lineTotal: lines.length },
    access: access.map((each) => ({
      ...each,
      ...named(each),
      mask: each.mask ?? null,
      filter: each.filter ?? null,
    })),
    system: system.map((each) => ({ ...each, ...named(each) })),
  };
}

function named({ principals }: AccessDifference | SystemDifference) {
  return { principals: principals.slice(0, NAMED), principalTotal: principals.length };
}
