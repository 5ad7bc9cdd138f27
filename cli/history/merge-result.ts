import { formatTable } from '../output/format.js';
import { type Commit, COMMIT_FIELDS } from './commit.js';

/** A merge, revert or cherry-pick that is done. */
export interface Merged {
  readonly __typename: 'Merged';
  readonly commit: Commit;
  readonly isNoop: boolean;
  readonly mergedFiles: number;
  readonly mergedRows: number;
}

/** One that has to be decided by somebody first. */
export interface MergeConflicts {
  readonly __typename: 'MergeConflicts';
  readonly conflicts: readonly {
    readonly path: string;
    readonly kind: string;
    readonly reason: string | null;
  }[];
  readonly total: number;
}

const SIDE = '{ sha256 sizeBytes }';

/** GraphQL fields of both. */
export const MERGE_RESULT = `__typename
  ... on Merged { isNoop mergedFiles mergedRows commit { ${COMMIT_FIELDS} } }
  ... on MergeConflicts { total conflicts { path kind reason base ${SIDE} ours ${SIDE} theirs ${SIDE} } }`;

/** @param next what may be done about them */
export function describeConflicts(
  { conflicts, total }: Pick<MergeConflicts, 'conflicts' | 'total'>,
  next: string,
): string {
  const table = formatTable(
    ['conflict', 'path', 'why'],
    conflicts.map(({ kind, path, reason }) => [kind, path, reason ?? '']),
  );
  return `${table}\n${total} ${total === 1 ? 'path' : 'paths'} changed on both sides. Nothing was written; ${next}.`;
}
