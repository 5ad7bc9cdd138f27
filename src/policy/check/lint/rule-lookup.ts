import { pushTo } from '../../bundle/ancestry.js';
import type { AccessRule, Bundle, MaskRule } from '../../bundle/bundle.js';
import { RoleGraph } from '../../decision/role-graph.js';
import { ANY, ROOT_NAMESPACE } from '../../vocabulary.js';

/** Pairs of rules that are compared before lint stops looking for more; tens of thousands of rules come nowhere near it. */
const COMPARISON_LIMIT = 5_000_000;

/** Finds the rules that hold for all whom, wherever and for whatever another rule holds. */
export class WiderRules<T extends AccessRule | MaskRule> {
  private readonly byColumns = new Map<string, T[]>();
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
  find({ id, subject, namespace, action }: T, isWider: (other: T) => boolean): T | undefined {
    const namespaces = new Set([...this.bundle.namespaces.pathFrom(namespace), ROOT_NAMESPACE]);
    const subjects = this.roles.held({ subject }, namespaces, 0).keys();
    for (const each of subjects) {
      for (const place of namespaces) {
        for (const act of new Set([action, ANY])) {
          for (const other of this.byColumns.get(keyOf(each, place, act)) ?? []) {
            this.left -= 1;
            if (this.isExhausted) return undefined;
            if (other.id !== id && isWider(other)) return other;
          }
        }
      }
    }
    return undefined;
  }
}

function keyOf(subject: string, namespace: string, action: string): string {
  return JSON.stringify([subject, namespace, action]);
}
