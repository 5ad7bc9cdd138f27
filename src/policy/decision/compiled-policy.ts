import type { AccessRule, Bundle, Place } from '../bundle/bundle.js';
import { evaluateCondition } from '../condition/evaluate-condition.js';
import type { PolicyContext } from '../condition/attributes.js';
import { globMatches } from '../glob/glob.js';
import { buildPlan, filterPlans, type PlanRequest } from '../plan/build-plan.js';
import { allOf } from '../plan/combine.js';
import type { Plan } from '../plan/plan.js';
import { grantsOn } from '../overlay/grant.js';
import { EXTERNAL_NAMESPACE, isAction, isKind, ROOT_NAMESPACE } from '../vocabulary.js';
import { columnMasks, type ColumnMasks } from './column-masks.js';
import type { Decision, DecisionRequest, FilterObligation, MatchedRule, Obligation } from './decision.js';
import { FilterRules } from './filter-rules.js';
import { MaskRules } from './mask-rules.js';
import { permitOf } from './permit.js';
import type { HeldRoles } from './role-graph.js';
import { RoleGraph } from './role-graph.js';
import { RuleIndex } from './rule-index.js';
import { outsideScope, scopePlan } from './scope.js';
import { closeTags, meetsTagTest } from './tag-test.js';
import type { ClosedTags } from './tag-test.js';

/** What a policy answers from. */
export interface PolicyParts {
  readonly rules?: RuleIndex<AccessRule>;
  readonly masks?: MaskRules;
  readonly filters?: FilterRules;
  readonly roles?: RoleGraph;
}

/**
 * A bundle made ready to answer: the same answers as stock Casbin gives for the same files, from an index instead of a
 * scan, with every matching rule named. Immutable; a new bundle is a new object, swapped in as a whole.
 */
export class CompiledPolicy {
  private readonly rules: RuleIndex<AccessRule>;
  private readonly masks: MaskRules;
  private readonly filters: FilterRules;
  private readonly roles: RoleGraph;

  /** @param parts in place of what the bundle says, to ask "what if" of one question without building all of it anew */
  constructor(
    readonly bundle: Bundle,
    parts: PolicyParts = {},
  ) {
    this.rules = parts.rules ?? new RuleIndex(bundle.rules);
    this.masks = parts.masks ?? new MaskRules(bundle.maskRules, bundle.tags);
    this.filters = parts.filters ?? new FilterRules(bundle.filterRules);
    this.roles = parts.roles ?? new RoleGraph(bundle.roleLinks);
  }

  /** {@link Bundle.version} */
  get version(): string {
    return this.bundle.version;
  }

  /** Access, mask and filter rules. */
  get ruleCount(): number {
    const { rules, maskRules, filterRules } = this.bundle;
    return rules.length + maskRules.length + filterRules.length;
  }

  /** What {@link placeOf} goes by, as a text to compare. */
  get placesText(): string {
    return JSON.stringify(this.bundle.places.map(({ pattern, namespace }) => [pattern.source, namespace]));
  }

  /**
   * Answers one question. Deny overrides; no rule means deny; a mask or a filter that the caller will not carry out means deny.
   * Never throws on a strange request, but denies it.
   */
  decide(request: DecisionRequest): Decision {
    return request.columns === undefined ? this.decideWhole(request) : permitOf(this, request).decision;
  }

  private decideWhole(request: DecisionRequest): Decision {
    const strange = strangeness(request);
    if (strange !== undefined) return this.answer(false, [], strange, []);
    const outside = request.scope ? outsideScope(request.scope, request, this.bundle.namespaces) : undefined;
    if (outside !== undefined) return this.answer(false, [], outside, []);

    const namespaces = new Set([...this.bundle.namespaces.pathFrom(request.namespace), ROOT_NAMESPACE]);
    const held = this.roles.held(request, namespaces, request.context.now.getTime());
    const closed = closeTags(request.tags, this.bundle.tags);
    const matched: MatchedRule[] = [];
    for (const rule of this.rules.candidates(namespaces, request.action, held, request.kind, request.name)) {
      const found = match(rule, held, closed, request.context);
      if (found !== undefined) matched.push(found);
    }

    const denials = idsOf(matched, 'deny');
    if (denials.length > 0) return this.answer(false, denials, `denied by ${list(denials)}`, matched);
    const allows = idsOf(matched, 'allow');
    if (allows.length === 0) {
      const { subject, action, kind, name, namespace } = request;
      const reason = `no rule allows ${subject} to ${action} ${kind}/${name} in ${namespace}`;
      return this.answer(false, [], reason, matched);
    }

    const verdicts = [...new Set(request.tags)]
      .sort()
      .map((tag) =>
        this.masks.verdict(tag, { namespaces, action: request.action, held, context: request.context }),
      );
    const obligations = verdicts.flatMap(({ obligation }) => obligation ?? []);
    const { filters, matched: filtering } = this.filters.verdict({ ...request, namespaces, held, closed });
    const all = [...matched, ...distinct(verdicts.flatMap((verdict) => verdict.matched)), ...filtering];
    if (request.appliesMasks !== true && obligations.length + filters.length > 0) {
      const masking = [...new Set(obligations.flatMap(({ rules }) => rules))];
      const ids = [...masking, ...filters.map(({ rule }) => rule)];
      const what = [
        ...(masking.length > 0
          ? [`the mask of ${list(obligations.map(({ tag }) => tag))} by ${list(masking)}`]
          : []),
        ...(filters.length > 0 ? [`the row filter ${list(filters.map(({ rule }) => rule))}`] : []),
      ];
      return this.answer(false, ids, `${list(what)} cannot be carried out here`, all);
    }
    const why = [...new Set([...allows, ...grantsOf(all.filter(({ effect }) => effect === 'exempt'))])];
    return this.answer(true, why, `allowed by ${list(why)}`, all, obligations, filters);
  }

  /** What the obligations of an answer ask for column by column. @param columns classifications by column */
  columnMasks(
    obligations: readonly Obligation[],
    columns: ReadonlyMap<string, readonly string[]>,
  ): ColumnMasks {
    return columnMasks(obligations, columns, this.bundle.tags);
  }

  /**
   * Which assets the subject may act on, as a predicate over rows: it holds for exactly those rows for which
   * {@link decide} allows. Objects of kind `system` are no rows.
   */
  plan(request: PlanRequest): Plan {
    if (strangeness({ ...request, kind: 'dataset' }) !== undefined) return { kind: 'none' };
    const plan = buildPlan(request, this.bundle, this.roles);
    if (!request.scope) return plan;
    return allOf([scopePlan(request.scope, request.action, this.bundle.namespaces), plan]);
  }

  /** By row filter the assets to which it applies for the subject, whether or not it may act on them. */
  filterPlans(request: PlanRequest): ReadonlyMap<string, Plan> {
    return filterPlans(request, this.bundle, this.roles);
  }

  /**
   * The namespace in which an asset stands that is known only from events, by the OpenLineage namespaces of all of its names: the first
   * pattern that matches any of them, so that no other name takes an asset away from where it is kept.
   */
  placeOf(...openLineageNamespaces: readonly string[]): string {
    const place = this.bundle.places.find(({ pattern }: Place) =>
      openLineageNamespaces.some((namespace) => globMatches(pattern, namespace)),
    );
    return place?.namespace ?? EXTERNAL_NAMESPACE;
  }

  private answer(
    allowed: boolean,
    rules: readonly string[],
    reason: string,
    matched: readonly MatchedRule[],
    obligations: readonly Obligation[] = [],
    filters: readonly FilterObligation[] = [],
  ): Decision {
    return { allowed, rules, reason, matched, obligations, filters, bundleVersion: this.bundle.version };
  }
}

/** What no bundle can allow, whatever its rules say. */
function strangeness({
  subject,
  groups,
  action,
  kind,
  context,
}: Pick<DecisionRequest, 'subject' | 'groups' | 'action' | 'kind' | 'context'>): string | undefined {
  if (!/^(?:user|service):./s.test(subject)) return `"${subject}" is not a subject that can ask`;
  if (groups?.some((group) => !group.startsWith('group:')))
    return 'what the subject is a member of is not a group';
  if (!isAction(action)) return `"${String(action)}" is not an action`;
  if (!isKind(kind)) return `"${String(kind)}" is not a kind`;
  if (kind === 'system' && action !== 'administer')
    return `system objects know only the action administer, not ${action}`;
  if (Number.isNaN(context.now.getTime())) return 'the time of the request is not known';
  return undefined;
}

function match(
  rule: AccessRule,
  held: HeldRoles,
  closed: ClosedTags,
  context: PolicyContext,
): MatchedRule | undefined {
  const rolePath = held.get(rule.subject);
  const tagPaths = meetsTagTest(rule.tags, closed);
  if (rolePath === undefined || tagPaths === undefined) return undefined;
  const condition = evaluateCondition(rule.when, context);
  if (condition === 'false' || (condition === 'unknown' && rule.effect === 'allow')) return undefined;
  return { id: rule.id, effect: rule.effect, rolePath, tagPaths, condition };
}

/** The rules of this effect, and the grants by which the subject has the roles that they name. */
function idsOf(matched: readonly MatchedRule[], effect: MatchedRule['effect']): readonly string[] {
  const rules = matched.filter((rule) => rule.effect === effect);
  return [...rules.map(({ id }) => id), ...grantsOf(rules)];
}

function grantsOf(rules: readonly MatchedRule[]): readonly string[] {
  return [...new Set(rules.flatMap(({ rolePath }) => grantsOn(rolePath)))];
}

/** A mask rule can match by several classifications; their tag paths are put together. */
function distinct(matched: readonly MatchedRule[]): readonly MatchedRule[] {
  const byId = new Map<string, MatchedRule>();
  for (const rule of matched) {
    const earlier = byId.get(rule.id);
    byId.set(
      rule.id,
      earlier === undefined ? rule : { ...earlier, tagPaths: [...earlier.tagPaths, ...rule.tagPaths] },
    );
  }
  return [...byId.values()];
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
