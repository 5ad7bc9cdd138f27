import type { AccessRule } from '../bundle/bundle.js';
import { globMatches } from '../glob/glob.js';
import { ANY } from '../vocabulary.js';
import type { Action, Kind } from '../vocabulary.js';

/** What the index looks at. */
type IndexedRule = Pick<AccessRule, 'namespace' | 'action' | 'subject' | 'object'>;

/** A rule with its place in the bundle, by which matches are put back in order. */
interface OrderedRule<Rule> {
  readonly order: number;
  readonly rule: Rule;
}

/** So few rules are looked at one after the other sooner than looked up. */
const FEW = 16;

/** Rules of one namespace, action and subject. */
class NameIndex<Rule extends IndexedRule> {
  private readonly few: OrderedRule<Rule>[] = [];
  private many: Map<Kind | typeof ANY, PrefixIndex<Rule>> | undefined;

  add(entry: OrderedRule<Rule>): void {
    if (this.many === undefined) this.few.push(entry);
    else this.addToMany(this.many, entry);
    if (this.many !== undefined || this.few.length <= FEW) return;
    this.many = new Map();
    for (const one of this.few) this.addToMany(this.many, one);
  }

  collect(kind: Kind, name: PrefixedName, into: OrderedRule<Rule>[]): void {
    if (this.many !== undefined) {
      this.many.get(kind)?.collect(name, into);
      this.many.get(ANY)?.collect(name, into);
      return;
    }
    for (const entry of this.few) {
      const { object } = entry.rule;
      if ((object.kind === undefined || object.kind === kind) && globMatches(object.name, name.whole))
        into.push(entry);
    }
  }

  private addToMany(many: Map<Kind | typeof ANY, PrefixIndex<Rule>>, entry: OrderedRule<Rule>): void {
    childOf(many, entry.rule.object.kind ?? ANY, () => new PrefixIndex<Rule>()).add(entry);
  }
}

/** Rules of one kind besides, by what their name glob begins with. */
class PrefixIndex<Rule extends IndexedRule> {
  private readonly exact = new Map<string, OrderedRule<Rule>[]>();
  /** By the length of what they begin with, then by that. */
  private readonly byPrefix = new Map<number, Map<string, OrderedRule<Rule>[]>>();

  add(entry: OrderedRule<Rule>): void {
    const { isExact, source, prefix } = entry.rule.object.name;
    if (isExact) childOf(this.exact, source, newList<Rule>).push(entry);
    else {
      const ofLength = childOf(this.byPrefix, prefix.length, () => new Map<string, OrderedRule<Rule>[]>());
      childOf(ofLength, prefix, newList<Rule>).push(entry);
    }
  }

  collect(name: PrefixedName, into: OrderedRule<Rule>[]): void {
    for (const entry of this.exact.get(name.whole) ?? []) into.push(entry);
    for (const [length, lists] of this.byPrefix)
      for (const entry of lists.get(name.prefix(length)) ?? [])
        if (globMatches(entry.rule.object.name, name.whole)) into.push(entry);
  }
}

/** A name whose beginnings are cut off once, however many lists they are looked for in. */
class PrefixedName {
  private readonly prefixes: string[] = [];

  constructor(readonly whole: string) {}

  /** All of it where it is shorter. */
  prefix(length: number): string {
    return (this.prefixes[length] ??= this.whole.slice(0, length));
  }
}

/**
 * Access or filter rules by namespace, action and subject, then by kind and name, so that a decision looks only at rules that are
 * about it, however many others there are.
 */
export class RuleIndex<Rule extends IndexedRule> {
  private readonly byNamespace = new Map<string, Map<string, Map<string, NameIndex<Rule>>>>();

  constructor(rules: readonly Rule[]) {
    for (const [order, rule] of rules.entries()) {
      const byAction = childOf(
        this.byNamespace,
        rule.namespace,
        () => new Map<string, Map<string, NameIndex<Rule>>>(),
      );
      const bySubject = childOf(byAction, rule.action, () => new Map<string, NameIndex<Rule>>());
      childOf(bySubject, rule.subject, () => new NameIndex<Rule>()).add({ order, rule });
    }
  }

  /** Rules that match but for tags and condition, in the bundle's order. */
  candidates(
    namespaces: Iterable<string>,
    action: Action,
    subjects: ReadonlyMap<string, unknown>,
    kind: Kind,
    name: string,
  ): readonly Rule[] {
    const found: OrderedRule<Rule>[] = [];
    const prefixed = new PrefixedName(name);
    for (const namespace of namespaces) {
      const byAction = this.byNamespace.get(namespace);
      if (byAction === undefined) continue;
      for (const each of [action, ANY]) {
        const bySubject = byAction.get(each);
        if (bySubject === undefined) continue;
        for (const subject of subjects.keys()) bySubject.get(subject)?.collect(kind, prefixed, found);
      }
    }
    return found.sort((a, b) => a.order - b.order).map(({ rule }) => rule);
  }
}

function newList<Rule>(): OrderedRule<Rule>[] {
  return [];
}

function childOf<K, V>(parent: Map<K, V>, key: K, make: () => V): V {
  const present = parent.get(key);
  if (present !== undefined) return present;
  const made = make();
  parent.set(key, made);
  return made;
}
