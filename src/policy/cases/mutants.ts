import { Ancestry } from '../bundle/ancestry.js';
import type { AccessRule, Bundle, FilterRule, MaskRule } from '../bundle/bundle.js';
import { isAccessRule, isFilterRule, isMaskRule, type PolicyRule, rulesOf, tagsOf } from '../bundle/rules.js';
import { CompiledPolicy, type PolicyParts } from '../decision/compiled-policy.js';
import type { Decision, DecisionRequest } from '../decision/decision.js';
import { FilterRules } from '../decision/filter-rules.js';
import { MaskRules } from '../decision/mask-rules.js';
import { RoleGraph } from '../decision/role-graph.js';
import { RuleIndex } from '../decision/rule-index.js';
import { ROOT_NAMESPACE, ROOT_TAG } from '../vocabulary.js';
import type { NamedLine } from './coverage.js';
import { roleLinkText } from './line-text.js';
import { loosenedBy } from './loosened.js';
import type { MutantKind } from './survivors.js';
import { TraversedLinks } from './traversed.js';

/** One line taken out, one clause of a condition, or one part of a filter. */
interface Mutant extends NamedLine {
  readonly kind: MutantKind;
}

/** A mutant that has a part in a question, and what it answers. */
interface Reached {
  readonly index: number;
  readonly decide: () => Decision;
}

/**
 * All bundles that are one line or clause less than a given one. None is ever built as a whole: only what a question comes by can change its
 * answer, so that each is asked from the few lines that match, which makes asking them cheap however large the bundle is.
 */
export class Mutants {
  readonly all: readonly Mutant[];
  private readonly bundle: Bundle;
  private readonly indexOf = new Map<unknown, number>();
  private readonly rules: ReadonlyMap<string, AccessRule>;
  private readonly maskRules: ReadonlyMap<string, MaskRule>;
  private readonly filterRules: ReadonlyMap<string, FilterRule>;
  private readonly traversed: TraversedLinks;
  private readonly parts: Required<PolicyParts>;
  /** Rules without one clause of their condition, or one part of their filter, under ids that no rule can have. */
  private readonly loosened = new Map<string, { readonly of: string; readonly rule: PolicyRule }>();
  private readonly looseRules: CompiledPolicy;
  private readonly looseObligations: CompiledPolicy;

  constructor(private readonly policy: CompiledPolicy) {
    const { bundle } = policy;
    this.bundle = bundle;
    this.rules = new Map(bundle.rules.map((rule) => [rule.id, rule]));
    this.maskRules = new Map(bundle.maskRules.map((rule) => [rule.id, rule]));
    this.filterRules = new Map(bundle.filterRules.map((rule) => [rule.id, rule]));
    this.traversed = new TraversedLinks(policy);
    this.parts = {
      rules: new RuleIndex(bundle.rules),
      masks: new MaskRules(bundle.maskRules, bundle.tags),
      filters: new FilterRules(bundle.filterRules),
      roles: new RoleGraph(bundle.roleLinks),
    };
    this.all = this.list();
    const loose = [...this.loosened.values()].map(({ rule }) => rule);
    this.looseRules = this.with({
      rules: new RuleIndex(loose.filter(isAccessRule)),
      masks: new MaskRules([], bundle.tags),
      filters: new FilterRules([]),
    });
    this.looseObligations = this.with({
      masks: new MaskRules(loose.filter(isMaskRule), bundle.tags),
      filters: new FilterRules(loose.filter(isFilterRule)),
    });
  }

  /** The mutants that could answer a question in another way, each to be asked. */
  reachedBy(request: DecisionRequest): readonly Reached[] {
    // As one who carries masks and filters out, so that one that makes the answer a denial is among what matched, too.
    const { matched } = this.policy.decide({ ...request, appliesMasks: true });
    const ids = matched.map(({ id }) => id);
    return [
      ...ids.map((id) => this.reached(id, request, this.without(ids, id))),
      ...this.withoutClause(request, ids),
      ...this.withoutLink(request, ids),
      ...this.withoutTreeLink(request),
    ];
  }

  private list(): readonly Mutant[] {
    const { roleLinks, source } = this.bundle;
    const rules = rulesOf(this.bundle);
    const all: Mutant[] = [];
    const add = (key: unknown, mutant: Mutant): void => {
      this.indexOf.set(key, all.push(mutant) - 1);
    };
    for (const rule of rules) {
      const at = source.ruleAt.get(rule.id)!;
      add(rule.id, { kind: 'rule', what: rule.id, ...at });
      for (const { kind, what, rule: loose } of loosenedBy(rule)) {
        this.loosened.set(loose.id, { of: rule.id, rule: loose });
        add(loose.id, { kind, what, ...at });
      }
    }
    for (const link of roleLinks)
      add(link, { kind: 'role-link', what: roleLinkText(link), ...source.roleLinkAt.get(link)! });
    // A link decides nothing where nothing is said of a name above it.
    const places = new Set([...rules, ...roleLinks].map(({ namespace }) => namespace));
    for (const { value, at } of source.namespaceLinks) {
      if (
        value[1] !== ROOT_NAMESPACE &&
        this.bundle.namespaces.pathFrom(value[1]).some((each) => places.has(each))
      )
        add(`g2 ${value[0]}`, { kind: 'namespace-link', what: `g2, ${value.join(', ')}`, ...at });
    }
    const tags = new Set(rules.flatMap(tagsOf));
    for (const { value, at } of source.tagLinks) {
      if (value[1] !== ROOT_TAG && this.bundle.tags.pathFrom(value[1]).some((each) => tags.has(each)))
        add(`g3 ${value[0]}`, { kind: 'tag-link', what: `g3, ${value.join(', ')}`, ...at });
    }
    return all;
  }

  /** The policy with other parts. */
  private with(parts: PolicyParts, bundle = this.bundle): CompiledPolicy {
    return new CompiledPolicy(bundle, { ...this.parts, ...parts });
  }

  private reached(key: unknown, request: DecisionRequest, mutant: CompiledPolicy): Reached {
    return { index: this.indexOf.get(key)!, decide: () => mutant.decide(request) };
  }

  /** Only what matches makes an answer, so that the rest is left out with the one that is taken out. */
  private without(ids: readonly string[], id: string): CompiledPolicy {
    const others = ids.filter((other) => other !== id);
    if (this.maskRules.has(id)) return this.with({ masks: this.masksOf(others) });
    if (this.filterRules.has(id)) return this.with({ filters: this.filtersOf(others) });
    return this.with({ rules: this.indexOfRules(others) });
  }

  private withoutClause(request: DecisionRequest, ids: readonly string[]): readonly Reached[] {
    if (this.loosened.size === 0) return [];
    const asked = { ...request, appliesMasks: true };
    const matched = [
      ...this.looseRules.decide(asked).matched,
      ...this.looseObligations.decide(asked).matched,
    ];
    return matched.flatMap(({ id }) => {
      const loose = this.loosened.get(id);
      if (loose === undefined) return [];
      const others = ids.filter((other) => other !== loose.of);
      return [this.reached(id, request, this.withLoose(others, { ...loose.rule, id: loose.of }))];
    });
  }

  private withLoose(others: readonly string[], rule: PolicyRule): CompiledPolicy {
    if (isAccessRule(rule)) return this.with({ rules: this.indexOfRules(others, rule) });
    if (isMaskRule(rule)) return this.with({ masks: this.masksOf(others, rule) });
    return this.with({ filters: this.filtersOf(others, rule) });
  }

  private withoutLink(request: DecisionRequest, ids: readonly string[]): readonly Reached[] {
    const links = this.traversed.of(request);
    const rules = this.indexOfRules(ids);
    return links.map((link) =>
      this.reached(
        link,
        request,
        this.with({ rules, roles: new RoleGraph(links.filter((other) => other !== link)) }),
      ),
    );
  }

  private withoutTreeLink(request: DecisionRequest): readonly Reached[] {
    const { namespaces, tags } = this.bundle;
    const namespaceLinks = linksOf(namespaces.pathFrom(request.namespace));
    const tagLinks = new Map(
      request.tags.flatMap((tag) => linksOf(tags.pathFrom(tag))).map((link) => [link[0], link]),
    );
    const isMutant = (type: string) => (link: readonly [string, string]) =>
      this.indexOf.has(`${type} ${link[0]}`);
    return [
      ...namespaceLinks.filter(isMutant('g2')).map((link) => {
        const cut = new Ancestry(namespaceLinks.filter((other) => other !== link));
        return this.reached(`g2 ${link[0]}`, request, this.with({}, { ...this.bundle, namespaces: cut }));
      }),
      ...[...tagLinks.values()].filter(isMutant('g3')).map((link) => {
        const cut = new Ancestry([...tagLinks.values()].filter((other) => other !== link));
        const masks = new MaskRules(this.bundle.maskRules, cut);
        return this.reached(`g3 ${link[0]}`, request, this.with({ masks }, { ...this.bundle, tags: cut }));
      }),
    ];
  }

  private indexOfRules(ids: readonly string[], ...more: readonly AccessRule[]): RuleIndex<AccessRule> {
    return new RuleIndex([...ids.flatMap((id) => this.rules.get(id) ?? []), ...more]);
  }

  private masksOf(ids: readonly string[], ...more: readonly MaskRule[]): MaskRules {
    return new MaskRules([...ids.flatMap((id) => this.maskRules.get(id) ?? []), ...more], this.bundle.tags);
  }

  private filtersOf(ids: readonly string[], ...more: readonly FilterRule[]): FilterRules {
    return new FilterRules([...ids.flatMap((id) => this.filterRules.get(id) ?? []), ...more]);
  }
}

function linksOf(path: readonly string[]): (readonly [string, string])[] {
  return path.slice(1).map((parent, index) => [path[index]!, parent] as const);
}
