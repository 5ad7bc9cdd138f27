import type { Bundle } from '../bundle/bundle.js';
import type { DecisionRequest } from '../decision/decision.js';
import type { HeldRoles, RoleGraph } from '../decision/role-graph.js';
import { ROOT_NAMESPACE } from '../vocabulary.js';

/** Where something holds: in every namespace, declared or not, or in these. */
export type Scope = 'everywhere' | ReadonlySet<string>;

/** In which namespaces one subject counts as another, at one instant. */
export class NamespaceScopes {
  /** What holds in a namespace that no g2 line names, and so in every namespace. */
  private readonly heldEverywhere: HeldRoles;
  /** What holds in any namespace. */
  private readonly heldAnywhere: HeldRoles;
  private readonly known = new Map<string, Scope>();
  private readonly heldIn: readonly (readonly [namespace: string, held: HeldRoles])[];

  constructor(
    private readonly bundle: Pick<Bundle, 'namespaces'>,
    roles: RoleGraph,
    subject: Pick<DecisionRequest, 'subject' | 'groups'>,
    atMs: number,
  ) {
    this.heldEverywhere = roles.held(subject, new Set([ROOT_NAMESPACE]), atMs);
    this.heldAnywhere = roles.held(subject, { has: () => true }, atMs);
    const names = this.heldAnywhere.size === this.heldEverywhere.size ? [] : bundle.namespaces.names;
    this.heldIn = names.map((namespace) => {
      const path = new Set([...bundle.namespaces.pathFrom(namespace), ROOT_NAMESPACE]);
      return [namespace, roles.held(subject, path, atMs)];
    });
  }

  /** Whether the subject counts as `ruleSubject` in any namespace. */
  reaches(ruleSubject: string): boolean {
    return this.heldAnywhere.has(ruleSubject);
  }

  /** Where a rule that stands in `namespace` and names `ruleSubject` reaches the subject. */
  of(ruleSubject: string, namespace: string): Scope {
    const holding = this.holding(ruleSubject);
    if (namespace === ROOT_NAMESPACE || (holding !== 'everywhere' && holding.size === 0)) return holding;
    const below = this.bundle.namespaces.withDescendants(namespace);
    return new Set(holding === 'everywhere' ? below : below.filter((name) => holding.has(name)));
  }

  /** Where the subject counts as `ruleSubject`; many rules name the same one, so that it is found once. */
  private holding(ruleSubject: string): Scope {
    const known = this.known.get(ruleSubject);
    if (known !== undefined) return known;
    const scope: Scope = this.heldEverywhere.has(ruleSubject)
      ? 'everywhere'
      : new Set(this.heldIn.filter(([, held]) => held.has(ruleSubject)).map(([name]) => name));
    this.known.set(ruleSubject, scope);
    return scope;
  }
}

/** Where any of them holds. */
export function unionOf(scopes: Iterable<Scope>): Scope {
  const union = new Set<string>();
  for (const scope of scopes) {
    if (scope === 'everywhere') return 'everywhere';
    for (const namespace of scope) union.add(namespace);
  }
  return union;
}
