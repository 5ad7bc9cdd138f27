import type { Sha256 } from '../../storage/index.js';

/** The parents of a commit that exists. */
export type ParentsLookup = (id: Sha256) => Promise<readonly Sha256[]>;

/** Lookups under way at once. */
const LOOKUPS_AT_ONCE = 32;

const BOTH = 3;

/**
 * The best common ancestors of two commits: those that no other common ancestor descends from. Usually one; several
 * after merges crosswise. A commit counts as its own ancestor.
 *
 * Looks up what only one side has, and a little beyond; history that both share is read on only while it is open
 * which of several candidates descends from another.
 * @returns ascending by id; none when the histories are unrelated
 */
export async function mergeBases(a: Sha256, b: Sha256, parents: ParentsLookup): Promise<Sha256[]> {
  const walk = new Walk();
  walk.mark(a, 1);
  walk.mark(b, 2);
  for (;;) {
    const next = walk.toExpand();
    if (next.length === 0) return [...walk.candidates].sort();
    const found = await Promise.all(next.map((id) => parents(id)));
    next.forEach((id, i) => walk.expand(id, found[i]!));
  }
}

/** The one base of a merge: of several best common ancestors the one with the lowest id, so that all agree. */
export async function mergeBase(a: Sha256, b: Sha256, parents: ParentsLookup): Promise<Sha256 | undefined> {
  return (await mergeBases(a, b, parents))[0];
}

/** Whether `descendant` contains everything of `ancestor`, so that moving a branch from it loses nothing. */
export async function isAncestor(
  ancestor: Sha256,
  descendant: Sha256,
  parents: ParentsLookup,
): Promise<boolean> {
  return (await mergeBase(ancestor, descendant, parents)) === ancestor;
}

/** What is known of the graph so far: who reaches a commit, and which of the common ones have no common child. */
class Walk {
  readonly candidates = new Set<Sha256>();
  /** Bit 1: an ancestor of the first commit; bit 2: of the second. */
  private readonly reachedBy = new Map<Sha256, number>();
  private readonly parentsOf = new Map<Sha256, readonly Sha256[]>();
  private readonly hasCommonChild = new Set<Sha256>();
  /** Not yet expanded: those that one side reaches, and those that both do. */
  private readonly oneSided = new Set<Sha256>();
  private readonly common = new Set<Sha256>();

  /** Commits whose parents must be known to go on. */
  toExpand(): Sha256[] {
    if (this.oneSided.size > 0) return [...this.oneSided].slice(0, LOOKUPS_AT_ONCE);
    // Every candidate is known now. One alone is the answer; of several, some may descend from others.
    return this.candidates.size > 1 ? [...this.common].slice(0, LOOKUPS_AT_ONCE) : [];
  }

  expand(id: Sha256, parents: readonly Sha256[]): void {
    this.parentsOf.set(id, parents);
    this.oneSided.delete(id);
    this.common.delete(id);
    this.spread([id]);
  }

  mark(id: Sha256, flag: number): void {
    if (this.add(id, flag)) this.spread([id]);
  }

  /** Hands what is known of commits down to their ancestors, as far as these are known. */
  private spread(changed: Sha256[]): void {
    for (let id = changed.pop(); id !== undefined; id = changed.pop()) {
      const flags = this.reachedBy.get(id)!;
      for (const parent of this.parentsOf.get(id) ?? []) {
        if (flags === BOTH) {
          this.hasCommonChild.add(parent);
          this.candidates.delete(parent);
        }
        if (this.add(parent, flags)) changed.push(parent);
      }
    }
  }

  /** @returns whether that was news */
  private add(id: Sha256, flag: number): boolean {
    const before = this.reachedBy.get(id) ?? 0;
    const flags = before | flag;
    if (flags === before) return false;
    this.reachedBy.set(id, flags);
    if (flags === BOTH && !this.hasCommonChild.has(id)) this.candidates.add(id);
    if (!this.parentsOf.has(id)) {
      this.oneSided.delete(id);
      (flags === BOTH ? this.common : this.oneSided).add(id);
    }
    return true;
  }
}
