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

/** Rules of one namespace, action and subject, by kind (`*` for any) and by what their name glob begins with. */
class NameIndex<Rule extends IndexedRule> {
  private readonly exact = new Map<string, OrderedRule<Rule>[]>();
  private readonly byPrefix = new Map<string, OrderedRule<Rule>[]>();
  private prefixLengths: readonly number[] = [];

  add(entry: OrderedRule<Rule>): void {
    const { kind, name } = entry.rule.object;
    const [lists, text] = name.isExact ? [this.exact, name.source] : [this.byPrefix, name.prefix];
    const key = keyOf(kind ?? ANY, text);
    const list = lists.get(key);
    if (list === undefined) lists.set(key, [entry]);
    else list.push(entry);
    if (!name.isExact && !this.prefixLengths.includes(text.length))
      this.prefixLengths = [...this.prefixLengths, text.length];
  }

  collect(kind: Kind, name: string, into: OrderedRule<Rule>[]): void {
    for (const each of [kind, ANY] as const) {
      into.push(...(this.exact.get(keyOf(each, name)) ?? []));
      for (const length of this.prefixLengths) {
        if (length > name.length) continue;
        for (const entry of this.byPrefix.get(keyOf(each, name.slice(0, length))) ?? []) {
          if (globMatches(entry.rule.object.name, name)) into.push(entry);
        }
      }
    }
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
    for (const namespace of namespaces) {
      const byAction = this.byNamespace.get(namespace);
      if (byAction === undefined) continue;
      for (const each of [action, ANY]) {
        const bySubject = byAction.get(each);
        if (bySubject === undefined) continue;
        for (const subject of subjects.keys()) bySubject.get(subject)?.collect(kind, name, found);
      }
    }
    return found.sort((a, b) => a.order - b.order).map(({ rule }) => rule);
  }
}

function keyOf(kind: string, text: string): string {
  return `${kind}/${text}`;
}

function childOf<V>(parent: Map<string, V>, key: string, make: () => V): V {
  const present = parent.get(key);
  if (present !== undefined) return present;
  const made = make();
  parent.set(key, made);
  return made;
}
