import { pushTo } from '../../bundle/ancestry.js';
import type { Bundle } from '../../bundle/bundle.js';
import type { PolicyRule } from '../../bundle/rules.js';
import { RoleGraph } from '../../decision/role-graph.js';
import { ANY, ROOT_NAMESPACE } from '../../vocabulary.js';

/** Pairs of rules that are compared before lint stops looking for more; tens of thousands of rules come nowhere near it. */
const COMPARISON_LIMIT = 5_000_000;

/** Finds the rules that hold for all whom, wherever and for whatever another rule holds. */
export class WiderRules<T extends PolicyRule> {
  private readonly byColumns = new Map<string, T[]>();
  private readonly wider = new Map<string, readonly (readonly T[])[]>();
  private readonly roles: RoleGraph;
  private left = COMPARISON_LIMIT;

  constructor(
    private readonly bundle: Bundle,
    rules: readonly T[],
  ) {
    // Links that always hold: who holds the first role holds the second at every instant.
    this.roles = new RoleGraph(
      bundle.roleLinks.filter(({ notBefore, notAfter }) => notBefore === -Infinity && notAfter === Infinity),
    );
    for (const rule of rules) pushTo(this.byColumns, keyOf(rule.subject, rule.namespace, rule.action), rule);
  }

  /** Whether so many pairs were compared that the rest is not looked at. */
  get isExhausted(): boolean {
    return this.left <= 0;
  }

  /** The first other rule as wide as `rule` in subject, namespace and action for which `isWider` holds. */
  find(rule: T, isWider: (other: T) => boolean): T | undefined {
    for (const list of this.listsFor(rule)) {
      for (const other of list) {
        this.left -= 1;
        if (this.isExhausted) return undefined;
        if (other.id !== rule.id && isWider(other)) return other;
      }
    }
    return undefined;
  }

  /** Many rules have subject, namespace and action in common, so that this is found once for them. */
  private listsFor({ subject, namespace, action }: T): readonly (readonly T[])[] {
    const key = keyOf(subject, namespace, action);
    const known = this.wider.get(key);
    if (known !== undefined) return known;
    const namespaces = new Set([...this.bundle.namespaces.pathFrom(namespace), ROOT_NAMESPACE]);
    const actions = new Set([action, ANY]);
    const lists: (readonly T[])[] = [];
    for (const each of this.roles.held({ subject }, namespaces, 0).keys()) {
      for (const place of namespaces) {
        for (const act of actions) lists.push(this.byColumns.get(keyOf(each, place, act)) ?? []);
      }
    }
    const found = lists.filter((list) => list.length > 0);
    this.wider.set(key, found);
    return found;
  }
}

/** Whether two rules, of which the second covers the first, are the same but for their ids. */
export function saysAsMuch<T extends PolicyRule>(
  rule: T,
  other: T,
  covers: (wide: T, narrow: T) => boolean,
): boolean {
  return (
    rule.subject === other.subject &&
    rule.namespace === other.namespace &&
    rule.action === other.action &&
    covers(rule, other)
  );
}

function keyOf(subject: string, namespace: string, action: string): string {
  return `${subject}\n${namespace}\n${action}`;
}
