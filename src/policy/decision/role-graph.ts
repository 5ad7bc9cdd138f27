import { pushTo } from '../bundle/ancestry.js';
import type { RoleLink } from '../bundle/bundle.js';
import type { DecisionRequest } from './decision.js';
import { ANY } from '../vocabulary.js';

/** Whom a subject counts as, each with the path that leads there: itself, its groups, every role it holds, and `*`. */
export type HeldRoles = ReadonlyMap<string, readonly string[]>;

/** The `g` lines, followed from a member to the roles it holds. */
export class RoleGraph {
  private readonly linksOf = new Map<string, RoleLink[]>();

  constructor(links: readonly RoleLink[]) {
    for (const link of links) pushTo(this.linksOf, link.member, link);
  }

  /**
   * @param namespaces the object's namespace and all above it, the root included: links in others do not hold
   * @param atMs milliseconds since 1970: links outside their interval do not hold
   * @returns by shortest path, and among those by the bundle's order
   */
  held(
    { subject, groups = [] }: Pick<DecisionRequest, 'subject' | 'groups'>,
    namespaces: Pick<ReadonlySet<string>, 'has'>,
    atMs: number,
  ): HeldRoles {
    const held = new Map<string, readonly string[]>([[subject, [subject]]]);
    for (const group of groups) held.set(group, [subject, group]);
    // A Map hands out what is added while it is walked, so that this is a breadth-first search.
    for (const [member, path] of held) {
      for (const link of this.linksOf.get(member) ?? []) {
        if (held.has(link.role) || !namespaces.has(link.namespace)) continue;
        if (atMs >= link.notBefore && atMs < link.notAfter) held.set(link.role, [...path, link.role]);
      }
    }
    return held.set(ANY, [subject, ANY]);
  }
}
