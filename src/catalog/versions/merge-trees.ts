import type { Sha256 } from '../../storage/index.js';
import {
  comparePaths,
  entriesEqual,
  type TreeChange,
  type TreeEdit,
  type TreeEntry,
  type Trees,
} from '../trees/index.js';

/** What two sides did to one path since their base. The first word is about ours, the second about theirs. */
export type ConflictKind = 'both-modified' | 'both-added' | 'modified-deleted' | 'deleted-modified';

/** A path that both sides changed, and not to the same. What is absent does not exist there. */
export interface MergeConflict {
  readonly path: string;
  readonly kind: ConflictKind;
  readonly base?: TreeEntry;
  readonly ours?: TreeEntry;
  readonly theirs?: TreeEntry;
}

/** Whose entry to take where both changed a path; without one such a path is a conflict. */
export type MergeStrategy = 'ours' | 'theirs';

/** @property base the tree of the merge base; `EMPTY_TREE` for unrelated histories */
export interface MergeInput {
  readonly base: Sha256;
  /** What is merged into. */
  readonly ours: Sha256;
  /** What is merged. */
  readonly theirs: Sha256;
  readonly strategy?: MergeStrategy;
}

export type MergeOutcome =
  | {
      readonly kind: 'merged';
      readonly tree: Sha256;
      /** How many paths of `ours` were changed. */
      readonly changed: number;
    }
  | {
      readonly kind: 'conflicts';
      /** Ascending by path, at most 1,000. */
      readonly conflicts: readonly MergeConflict[];
      readonly total: number;
    };

const MAX_CONFLICTS = 1000;

/**
 * Three-way merge by path: what one side alone changed is taken, what both changed to the same is no conflict.
 * Costs what changed on the two sides. Stores the new tree only when it merges.
 */
export async function mergeTrees(trees: Trees, input: MergeInput): Promise<MergeOutcome> {
  const { base, ours, theirs, strategy } = input;
  const edits: TreeEdit[] = [];
  const conflicts: MergeConflict[] = [];
  let total = 0;
  for await (const [our, their] of pairByPath(trees.diff(base, ours), trees.diff(base, theirs))) {
    if (their === undefined || (our !== undefined && entriesEqual(our.after, their.after))) continue;
    const edit = { path: their.path, entry: their.after };
    if (our === undefined || strategy === 'theirs') edits.push(edit);
    else if (strategy === undefined) {
      total += 1;
      if (conflicts.length < MAX_CONFLICTS) conflicts.push(conflictOf(our, their));
    }
  }
  if (total > 0) return { kind: 'conflicts', conflicts, total };
  return { kind: 'merged', tree: await trees.apply(ours, edits), changed: edits.length };
}

function conflictOf(our: TreeChange, their: TreeChange): MergeConflict {
  const base = our.before;
  const kind =
    base === undefined
      ? 'both-added'
      : our.after === undefined
        ? 'deleted-modified'
        : their.after === undefined
          ? 'modified-deleted'
          : 'both-modified';
  return {
    path: our.path,
    kind,
    ...(base !== undefined && { base }),
    ...(our.after !== undefined && { ours: our.after }),
    ...(their.after !== undefined && { theirs: their.after }),
  };
}

/** Joins two ascending sequences of changes where they meet at a path. */
async function* pairByPath(
  ours: AsyncIterable<TreeChange>,
  theirs: AsyncIterable<TreeChange>,
): AsyncGenerator<readonly [TreeChange | undefined, TreeChange | undefined]> {
  const left = ours[Symbol.asyncIterator]();
  const right = theirs[Symbol.asyncIterator]();
  const pull = async (side: AsyncIterator<TreeChange>): Promise<TreeChange | undefined> => {
    const { done, value } = await side.next();
    return done === true ? undefined : value;
  };
  // Side by side, as both may have to wait for what they read.
  let [a, b] = await Promise.all([pull(left), pull(right)]);
  while (a !== undefined || b !== undefined) {
    const order = a === undefined ? 1 : b === undefined ? -1 : comparePaths(a.path, b.path);
    yield [order <= 0 ? a : undefined, order >= 0 ? b : undefined];
    if (order <= 0) a = await pull(left);
    if (order >= 0) b = await pull(right);
  }
}
