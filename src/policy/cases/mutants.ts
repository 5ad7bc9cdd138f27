import { Ancestry } from '../bundle/ancestry.js';
import type { AccessRule, Bundle, MaskRule } from '../bundle/bundle.js';
import type { Condition } from '../condition/condition.js';
import { CompiledPolicy, type PolicyParts } from '../decision/compiled-policy.js';
import type { Decision, DecisionRequest } from '../decision/decision.js';
import { FilterRules } from '../decision/filter-rules.js';
import { MaskRules } from '../decision/mask-rules.js';
import { RoleGraph } from '../decision/role-graph.js';
import { RuleIndex } from '../decision/rule-index.js';
import { ROOT_NAMESPACE, ROOT_TAG } from '../vocabulary.js';
import type { NamedLine } from './coverage.js';
import { roleLinkText } from './line-text.js';
import type { MutantKind } from './survivors.js';
import { TraversedLinks } from './traversed.js';

/** One line taken out, or one clause of a condition. */
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
  private readonly traversed: TraversedLinks;
  private readonly parts: Required<PolicyParts>;
  /** Conditional rules without one of their clauses, under ids that no rule can have. */
  private readonly loosened = new Map<
    string,
    { readonly of: string; readonly rule: AccessRule | MaskRule }
  >();
  private readonly looseRules: CompiledPolicy;
  private readonly looseMasks: MaskRules;

  constructor(private readonly policy: CompiledPolicy) {
    const { bundle } = policy;
    this.bundle = bundle;
    this.rules = new Map(bundle.rules.map((rule) => [rule.id, rule]));
    this.maskRules = new Map(bundle.maskRules.map((rule) => [rule.id, rule]));
    this.traversed = new TraversedLinks(policy);
    this.parts = {
      rules: new RuleIndex(bundle.rules),
      masks: new MaskRules(bundle.maskRules, bundle.tags),
      filters: new FilterRules(bundle.filterRules),
      roles: new RoleGraph(bundle.roleLinks),
    };
    this.all = this.list();
    const loose = [...this.loosened.values()].map(({ rule }) => rule);
    const isAccess = (rule: AccessRule | MaskRule): rule is AccessRule => 'object' in rule;
    this.looseRules = this.with({
      rules: new RuleIndex(loose.filter(isAccess)),
      masks: new MaskRules([], bundle.tags),
    });
    this.looseMasks = new MaskRules(
      loose.flatMap((rule) => (isAccess(rule) ? [] : [rule])),
      bundle.tags,
    );
  }

  /** The mutants that could answer a question in another way, each to be asked. */
  reachedBy(request: DecisionRequest): readonly Reached[] {
    // As one who carries masks out, so that a mask that makes the answer a denial is among what matched, too.
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
    const { rules, maskRules, roleLinks, source } = this.bundle;
    const all: Mutant[] = [];
    const add = (key: unknown, mutant: Mutant): void => {
      this.indexOf.set(key, all.push(mutant) - 1);
    };
    for (const rule of [...rules, ...maskRules]) {
      const at = source.ruleAt.get(rule.id)!;
      add(rule.id, { kind: 'rule', what: rule.id, ...at });
      for (const index of rule.when.clauses.keys()) {
        const id = `${rule.id}#${index}`;
        this.loosened.set(id, {
          of: rule.id,
          rule: { ...rule, id, when: withoutClauseAt(rule.when, index) },
        });
        const { attribute, operator } = rule.when.clauses[index]!;
        add(id, { kind: 'condition', what: `${rule.id} without "${attribute} ${operator} …"`, ...at });
      }
    }
    for (const link of roleLinks)
      add(link, { kind: 'role-link', what: roleLinkText(link), ...source.roleLinkAt.get(link)! });
    // A link decides nothing where nothing is said of a name above it.
    const places = new Set([...rules, ...maskRules, ...roleLinks].map(({ namespace }) => namespace));
    for (const { value, at } of source.namespaceLinks) {
      if (
        value[1] !== ROOT_NAMESPACE &&
        this.bundle.namespaces.pathFrom(value[1]).some((each) => places.has(each))
      )
        add(`g2 ${value[0]}`, { kind: 'namespace-link', what: `g2, ${value.join(', ')}`, ...at });
    }
    const tags = new Set([...rules.flatMap((rule) => rule.tags.tags), ...maskRules.map(({ tag }) => tag)]);
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
    return this.maskRules.has(id)
      ? this.with({ masks: this.masksOf(ids.filter((other) => other !== id)) })
      : this.with({ rules: this.indexOfRules(ids.filter((other) => other !== id)) });
  }

  private withoutClause(request: DecisionRequest, ids: readonly string[]): readonly Reached[] {
    if (this.loosened.size === 0) return [];
    const rules = this.looseRules.decide({ ...request, appliesMasks: true }).matched;
    const masks = this.with({ masks: this.looseMasks }).decide({ ...request, appliesMasks: true }).matched;
    return [...rules, ...masks].flatMap(({ id }) => {
      const loose = this.loosened.get(id);
      if (loose === undefined) return [];
      const others = ids.filter((other) => other !== loose.of);
      const mutant =
        'object' in loose.rule
          ? this.with({ rules: this.indexOfRules(others, { ...loose.rule, id: loose.of }) })
          : this.with({ masks: this.masksOf(others, { ...loose.rule, id: loose.of }) });
      return [this.reached(id, request, mutant)];
    });
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
}

function linksOf(path: readonly string[]): (readonly [string, string])[] {
  return path.slice(1).map((parent, index) => [path[index]!, parent] as const);
}

function withoutClauseAt({ source, clauses }: Condition, at: number): Condition {
  return { source, clauses: clauses.filter((_, index) => index !== at) };
}
