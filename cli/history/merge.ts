import { type Command, Option } from 'commander';
import { EndedBadly, EXIT } from '../exit-codes.js';
import { formatTable, shortId } from '../output/format.js';
import type { Session } from '../session.js';
import { type Commit, COMMIT_FIELDS } from './commit.js';

interface Merged {
  readonly __typename: 'Merged';
  readonly commit: Commit;
  readonly isNoop: boolean;
  readonly mergedFiles: number;
  readonly mergedRows: number;
}

interface MergeConflicts {
  readonly __typename: 'MergeConflicts';
  readonly conflicts: readonly Conflict[];
  readonly total: number;
}

interface Conflict {
  readonly path: string;
  readonly kind: string;
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
const MUTATION = `mutation Merge($input: MergeInput!) {
  merge(input: $input) {
    __typename
    ... on Merged { isNoop mergedFiles mergedRows commit { ${COMMIT_FIELDS} } }
    ... on MergeConflicts { total conflicts { path kind reason rowCount rows { key columns base ours theirs } base ${SIDE} ours ${SIDE} theirs ${SIDE} } }
  }
}`;

/** `merge REPO SOURCE TARGET`. */
export function addMerge(program: Command, open: () => Session): void {
  program
    .command('merge')
    .description('merge a revision into a branch; conflicts are printed and end with exit code 3')
    .argument('<repo>')
    .argument('<source>', 'the revision to merge')
    .argument('<target>', 'the branch to merge into')
    .option('-m, --message <text>')
    .addOption(
      new Option(
        '--strategy <whose>',
        "whose side a conflicting path takes: the target's (ours) or the source's (theirs)",
      )
        .choices(['none', 'ours', 'theirs'])
        .default('none'),
    )
    .action(
      async (
        repository: string,
        source: string,
        target: string,
        options: { message?: string; strategy: string },
      ) => {
        const { output, connect } = open();
        const answer = await connect().ask<{ merge: Merged | MergeConflicts }>(MUTATION, {
          input: { repository, source, target, ...options },
        });
        const { __typename: kind, ...result } = answer.merge;
        output.result({ kind, ...result }, () => describe(answer.merge, source, target));
        if (kind === 'MergeConflicts') throw new EndedBadly(EXIT.conflict);
      },
    );
}

function describe(result: Merged | MergeConflicts, source: string, target: string): string {
  if (result.__typename === 'Merged') {
    const { commit, isNoop, mergedFiles: files, mergedRows: rows } = result;
    if (isNoop) return `${target} holds ${source} already.`;
    const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
    const within = files === 0 ? '' : `, with ${count(rows, 'row')} taken within ${count(files, 'file')}`;
    return `Merged ${source} into ${target} at ${shortId(commit.id)}${within}.`;
  }
  const table = formatTable(
    ['conflict', 'path'],
    result.conflicts.map(({ kind, path }) => [kind, path]),
  );
  const details = result.conflicts.flatMap(describeRows);
  return `${[table, ...details].join('\n')}\n${result.total} ${result.total === 1 ? 'path' : 'paths'} changed on both sides. Nothing was merged; choose with --strategy, or commit a resolution on ${source}.`;
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
