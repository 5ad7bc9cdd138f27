import type { RoleLink } from '../bundle/bundle.js';
import { pushTo } from '../bundle/ancestry.js';
import type { CompiledPolicy } from '../decision/compiled-policy.js';
import type { DecisionRequest } from '../decision/decision.js';
import { RoleGraph } from '../decision/role-graph.js';
import { ROOT_NAMESPACE } from '../vocabulary.js';

/** Finds the role links that have a part in a question: those of whom the subject counts as, which hold there and then. */
export class TraversedLinks {
  private readonly linksOf = new Map<string, RoleLink[]>();
  private readonly roles: RoleGraph;

  constructor(private readonly policy: CompiledPolicy) {
    this.roles = new RoleGraph(policy.bundle.roleLinks);
    for (const link of policy.bundle.roleLinks) pushTo(this.linksOf, link.member, link);
  }

  of(request: DecisionRequest): readonly RoleLink[] {
    const path = this.policy.bundle.namespaces.pathFrom(request.namespace);
    const namespaces = new Set([...path, ROOT_NAMESPACE]);
    const atMs = request.context.now.getTime();
    const held = this.roles.held(request, namespaces, atMs);
    return [...held.keys()].flatMap((member) =>
      (this.linksOf.get(member) ?? []).filter(
        (link) => namespaces.has(link.namespace) && atMs >= link.notBefore && atMs < link.notAfter,
      ),
    );
  }
}
