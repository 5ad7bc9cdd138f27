import { pushTo } from '../bundle/ancestry.js';
import type { AccessRule, Bundle, FilterRule, MaskRule, TagTest } from '../bundle/bundle.js';
import { appliesOnlyIfTrue, appliesUnlessFalse } from '../condition/evaluate-condition.js';
import type { DecisionRequest } from '../decision/decision.js';
import type { RoleGraph } from '../decision/role-graph.js';
import { ANY } from '../vocabulary.js';
import { allOf, anyOf, hasAnyTag, namespaceIn, not } from './combine.js';
import { NamespaceScopes, unionOf } from './namespace-scopes.js';
import type { Scope } from './namespace-scopes.js';
import type { Plan } from './plan.js';

/** A question about all assets at once. */
export type PlanRequest = Pick<
  DecisionRequest,
  'subject' | 'groups' | 'action' | 'context' | 'appliesMasks' | 'scope'
>;

/** The rules as a predicate over rows: some allow, no deny, and no mask or filter that would not be carried out. */
export function buildPlan(request: PlanRequest, bundle: Bundle, roles: RoleGraph): Plan {
  const { action, context } = request;
  const scopes = new NamespaceScopes(bundle, roles, request, context.now.getTime());
  const rules = bundle.rules.filter(
    (rule) => (rule.action === ANY || rule.action === action) && scopes.reaches(rule.subject),
  );
  const allows = rules.filter((rule) => rule.effect === 'allow' && appliesOnlyIfTrue(rule.when, context));
  const denies = rules.filter((rule) => rule.effect === 'deny' && appliesUnlessFalse(rule.when, context));
  const allowed = anyOf(accessTerms(allows, scopes, bundle));
  if (allowed.kind === 'none') return allowed;
  const obliged =
    request.appliesMasks === true
      ? []
      : [...maskTerms(request, bundle, scopes), filterTerm(request, bundle, scopes)];
  return allOf([allowed, not(anyOf([...accessTerms(denies, scopes, bundle), ...obliged]))]);
}

/** A rule about objects, whatever it says of them. */
type ObjectRule = Pick<AccessRule, 'subject' | 'namespace' | 'object' | 'tags'>;

/** One term for all rules that differ only in where they hold; none for those that do not reach the subject. */
function accessTerms(rules: readonly ObjectRule[], scopes: NamespaceScopes, bundle: Bundle): readonly Plan[] {
  const alike = new Map<string, { readonly rule: ObjectRule; readonly scopes: Scope[] }>();
  for (const rule of rules) {
    const scope = scopes.of(rule.subject, rule.namespace);
    if (scope !== 'everywhere' && scope.size === 0) continue;
    const key = JSON.stringify([rule.object.source, rule.tags]);
    const group = alike.get(key);
    if (group === undefined) alike.set(key, { rule, scopes: [scope] });
    else group.scopes.push(scope);
  }
  return [...alike.values()].map((group) => {
    const { object, tags } = group.rule;
    const kind: Plan = object.kind === undefined ? { kind: 'all' } : { kind: 'kindIs', value: object.kind };
    const name: Plan =
      object.name.source === '**' ? { kind: 'all' } : { kind: 'nameGlob', glob: object.name };
    return allOf([inScope(unionOf(group.scopes)), kind, name, tagPlan(tags, bundle)]);
  });
}

function tagPlan(test: TagTest, { tags: tree }: Bundle): Plan {
  const closed = test.tags.map((tag) => tree.withDescendants(tag));
  switch (test.quantifier) {
    case 'always':
      return { kind: 'all' };
    case 'any':
      return hasAnyTag(closed.flat());
    case 'all':
      return allOf(closed.map(hasAnyTag));
    case 'none':
      return not(hasAnyTag(closed.flat()));
  }
}

/** Rows with a classification that a mask applies to and no exemption lifts it from. */
function maskTerms(
  { action, context }: PlanRequest,
  bundle: Bundle,
  scopes: NamespaceScopes,
): readonly Plan[] {
  const rules = bundle.maskRules.filter(
    (rule) => scopes.reaches(rule.subject) && applies(rule, rule.mask === undefined, action, context),
  );
  const tags = new Set([...bundle.tags.names, ...rules.map(({ tag }) => tag)]);
  return [...tags].map((tag) => {
    const path = new Set(bundle.tags.pathFrom(tag));
    const where = (matching: readonly MaskRule[]): Plan =>
      inScope(unionOf(matching.map((rule) => scopes.of(rule.subject, rule.namespace))));
    const relevant = rules.filter((rule) => path.has(rule.tag));
    const masks = relevant.filter(({ mask }) => mask !== undefined);
    const exemptions = relevant.filter(({ mask }) => mask === undefined);
    return allOf([hasAnyTag([tag]), where(masks), not(where(exemptions))]);
  });
}

/** Rows of objects that a filter applies to and no exemption lifts it from. */
function filterTerm(request: PlanRequest, bundle: Bundle, scopes: NamespaceScopes): Plan {
  return anyOf([...plansByFilter(request, bundle, scopes).values()]);
}

/** By filter, as policy files write it, the objects of which only the rows that pass it are seen. */
export function filterPlans(
  request: PlanRequest,
  bundle: Bundle,
  roles: RoleGraph,
): ReadonlyMap<string, Plan> {
  if (bundle.filterRules.length === 0) return new Map();
  return plansByFilter(
    request,
    bundle,
    new NamespaceScopes(bundle, roles, request, request.context.now.getTime()),
  );
}

function plansByFilter(
  { action, context }: PlanRequest,
  bundle: Bundle,
  scopes: NamespaceScopes,
): ReadonlyMap<string, Plan> {
  const exemptions: FilterRule[] = [];
  const filters = new Map<string, FilterRule[]>();
  for (const rule of bundle.filterRules) {
    const { filter } = rule;
    if (!scopes.reaches(rule.subject) || !applies(rule, filter === undefined, action, context)) continue;
    if (filter === undefined) exemptions.push(rule);
    else pushTo(filters, filter.source, rule);
  }
  const isExempt = anyOf(accessTerms(exemptions, scopes, bundle));
  const plans = [...filters].map(([filter, rules]): [string, Plan] => [
    filter,
    allOf([anyOf(accessTerms(rules, scopes, bundle)), not(isExempt)]),
  ]);
  return new Map(plans);
}

/** An obligation applies unless its condition is false, an exemption only if its condition is true. */
function applies(
  { action, when }: MaskRule | FilterRule,
  isExempting: boolean,
  asked: PlanRequest['action'],
  context: PlanRequest['context'],
): boolean {
  if (action !== ANY && action !== asked) return false;
  return (isExempting ? appliesOnlyIfTrue : appliesUnlessFalse)(when, context);
}

function inScope(scope: Scope): Plan {
  return scope === 'everywhere' ? { kind: 'all' } : namespaceIn(scope);
}
