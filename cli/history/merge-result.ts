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
  readonly conflicts: readonly Conflict[];
  readonly total: number;
}

interface Conflict {
  readonly path: string;
  readonly kind: string;
  /** Why a file that merges by rows was not. */
  readonly reason: string | null;
  readonly rowCount: number | null;
  readonly rows: readonly RowConflict[] | null;
}

type Values = Readonly<Record<string, string>>;

interface RowConflict {
  readonly key: Values;
  readonly columns: readonly string[];
  readonly base: Values | null;
  readonly ours: Values | null;
  readonly theirs: Values | null;
}

/** Rows that are shown of one file. */
const SHOWN_ROWS = 5;

const SIDE = '{ sha256 sizeBytes }';

/** GraphQL fields of both. */
export const MERGE_RESULT = `__typename
  ... on Merged { isNoop mergedFiles mergedRows commit { ${COMMIT_FIELDS} } }
  ... on MergeConflicts { total conflicts { path kind reason rowCount rows { key columns base ours theirs } base ${SIDE} ours ${SIDE} theirs ${SIDE} } }`;

/** @param next what may be done about them */
export function describeConflicts(
  { conflicts, total }: Pick<MergeConflicts, 'conflicts' | 'total'>,
  next: string,
): string {
  const table = formatTable(
    ['conflict', 'path'],
    conflicts.map(({ kind, path }) => [kind, path]),
  );
  const details = conflicts.flatMap(describeRows);
  return `${[table, ...details].join('\n')}\n${total} ${total === 1 ? 'path' : 'paths'} changed on both sides. Nothing was written; ${next}.`;
}

function describeRows({ path, reason, rows, rowCount }: Conflict): string[] {
  if (reason === null) return [];
  const shown = (rows ?? []).slice(0, SHOWN_ROWS).map((row) => `    ${describeRow(row)}`);
  const more = (rowCount ?? 0) - shown.length;
  return [`${path}: ${reason}`, ...shown, ...(more > 0 && shown.length > 0 ? [`    and ${more} more`] : [])];
}

function describeRow({ key, columns, base, ours, theirs }: RowConflict): string {
  const id = Object.entries(key)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
  if (ours === null || theirs === null)
    return `${id}: removed by ${ours === null ? 'ours' : 'theirs'}, changed by the other`;
  const cells = columns.map((name) => {
    const text = (side: Values | null): string => JSON.stringify(side?.[name] ?? null);
    return `${name} was ${text(base)}, ours ${text(ours)}, theirs ${text(theirs)}`;
  });
  return `${id}: ${cells.join('; ')}`;
}
