import type { AccessRule } from '../bundle/bundle.js';
import { globMatches } from '../glob/glob.js';
import { ANY } from '../vocabulary.js';
import type { Action, Kind } from '../vocabulary.js';

/** A rule with its place in the bundle, by which matches are put back in order. */
export interface OrderedRule {
  readonly order: number;
  readonly rule: AccessRule;
}

/** Rules of one namespace, action and subject, by kind (`*` for any) and by what their name glob begins with. */
class NameIndex {
  private readonly exact = new Map<string, OrderedRule[]>();
  private readonly byPrefix = new Map<string, OrderedRule[]>();
  private prefixLengths: readonly number[] = [];

  add(entry: OrderedRule): void {
    const { kind, name } = entry.rule.object;
    const [lists, text] = name.isExact ? [this.exact, name.source] : [this.byPrefix, name.prefix];
    const key = keyOf(kind ?? ANY, text);
    const list = lists.get(key);
    if (list === undefined) lists.set(key, [entry]);
    else list.push(entry);
    if (!name.isExact && !this.prefixLengths.includes(text.length))
      this.prefixLengths = [...this.prefixLengths, text.length];
  }

  collect(kind: Kind, name: string, into: OrderedRule[]): void {
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
 * Access rules by namespace, action and subject, then by kind and name, so that a decision looks only at rules that are
 * about it, however many others there are.
 */
export class RuleIndex {
  private readonly byNamespace = new Map<string, Map<string, Map<string, NameIndex>>>();

  constructor(rules: readonly AccessRule[]) {
    for (const [order, rule] of rules.entries()) {
      const byAction = childOf(
        this.byNamespace,
        rule.namespace,
        () => new Map<string, Map<string, NameIndex>>(),
      );
      const bySubject = childOf(byAction, rule.action, () => new Map<string, NameIndex>());
      childOf(bySubject, rule.subject, () => new NameIndex()).add({ order, rule });
    }
  }

  /** Rules that match but for tags and condition, in the bundle's order. */
  candidates(
    namespaces: Iterable<string>,
    action: Action,
    subjects: ReadonlyMap<string, unknown>,
    kind: Kind,
    name: string,
  ): readonly AccessRule[] {
    const found: OrderedRule[] = [];
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
