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
export type ConflictKind =
  | 'both-modified'
  | 'both-added'
  | 'modified-deleted'
  | 'deleted-modified'
  /** Both sides changed the same rows of a file that merges by rows. */
  | 'row-conflict'
  /** Both sides changed its columns, and not to the same. */
  | 'schema-conflict';

/** A row that both sides changed, each in its own way. A side where the row is not has no values. */
export interface RowConflict {
  readonly key: Readonly<Record<string, string>>;
  /** The columns that differ; none when a side removed the row. */
  readonly columns: readonly string[];
  readonly base?: Readonly<Record<string, string>>;
  readonly ours?: Readonly<Record<string, string>>;
  readonly theirs?: Readonly<Record<string, string>>;
}

/** A path that both sides changed, and not to the same. What is absent does not exist there. */
export interface MergeConflict {
  readonly path: string;
  readonly kind: ConflictKind;
  readonly base?: TreeEntry;
  readonly ours?: TreeEntry;
  readonly theirs?: TreeEntry;
  /** Why a file that was to be merged by rows was not. */
  readonly reason?: string;
  /** Of a `row-conflict`, at most 100. */
  readonly rows?: readonly RowConflict[];
  readonly rowCount?: number;
}

/** The versions of a path that exists on both sides and differs. */
export interface PathVersions {
  readonly path: string;
  readonly base?: TreeEntry;
  readonly ours: TreeEntry;
  readonly theirs: TreeEntry;
  readonly strategy?: MergeStrategy;
}

/** What came of merging the content of a path. */
export type ContentMerge =
  | {
      readonly kind: 'merged';
      readonly entry: TreeEntry;
      /** Rows that ours did not have. */
      readonly rows: number;
    }
  | {
      readonly kind: 'conflict';
      readonly conflict?: 'row-conflict' | 'schema-conflict';
      readonly reason: string;
      readonly rows?: readonly RowConflict[];
      readonly rowCount?: number;
    };

/** Merges what is within files. @returns `undefined` for a file that merges as a whole only */
export type ContentResolver = (versions: PathVersions) => Promise<ContentMerge | undefined>;

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
  /** Asked for paths that both sides have and changed; absent, each of them is a conflict. */
  readonly mergeContent?: ContentResolver;
}

export type MergeOutcome =
  | {
      readonly kind: 'merged';
      readonly tree: Sha256;
      /** How many files were merged by their content, and how many rows ours got by that; absent where none was. */
      readonly content?: { readonly files: number; readonly rows: number };
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
 * Costs what both sides changed near each other: what one alone changed is taken as whole sub-trees. Stores the new tree only when it merges.
 */
export async function mergeTrees(trees: Trees, input: MergeInput): Promise<MergeOutcome> {
  const { base, ours, theirs, strategy, mergeContent } = input;
  const edits: TreeEdit[] = [];
  const conflicts: MergeConflict[] = [];
  const content = { files: 0, rows: 0 };
  let total = 0;
  const merge = await trees.threeWay(base, ours, theirs);
  for await (const [our, their] of pairByPath(merge.changes('ours'), merge.changes('theirs'))) {
    if (their === undefined || (our !== undefined && entriesEqual(our.after, their.after))) continue;
    const edit = { path: their.path, entry: their.after };
    if (our === undefined) {
      edits.push(edit);
      continue;
    }
    // With conflicts already there nothing will be merged; the rest is looked at for what is to be told.
    const versions = versionsOf(our, their, strategy);
    const merged =
      conflicts.length < MAX_CONFLICTS ? versions && (await mergeContent?.(versions)) : undefined;
    if (merged?.kind === 'merged') {
      content.files += 1;
      content.rows += merged.rows;
      if (!entriesEqual(merged.entry, our.after)) edits.push({ path: our.path, entry: merged.entry });
    } else if (strategy === 'theirs') edits.push(edit);
    else if (strategy === undefined) {
      total += 1;
      if (conflicts.length < MAX_CONFLICTS) conflicts.push({ ...conflictOf(our, their), ...told(merged) });
    }
  }
  if (total > 0) return { kind: 'conflicts', conflicts, total };
  return {
    ...{ kind: 'merged', tree: await merge.apply(edits) },
    ...(content.files > 0 && { content }),
  };
}

function versionsOf(
  our: TreeChange,
  their: TreeChange,
  strategy: MergeStrategy | undefined,
): PathVersions | undefined {
  if (our.after === undefined || their.after === undefined) return undefined;
  return {
    ...{ path: our.path, ours: our.after, theirs: their.after },
    ...(our.before !== undefined && { base: our.before }),
    ...(strategy !== undefined && { strategy }),
  };
}

function told(merged: ContentMerge | undefined): Partial<MergeConflict> {
  if (merged?.kind !== 'conflict') return {};
  const { conflict, reason, rows, rowCount } = merged;
  return {
    ...(conflict !== undefined && { kind: conflict }),
    reason,
    ...(rows !== undefined && { rows, rowCount }),
  };
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
