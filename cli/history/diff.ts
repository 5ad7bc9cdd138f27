import type { Command } from 'commander';
import type { Page } from '../api/client.js';
import type { Session } from '../session.js';
import { formatDiff, type PathChange } from './format-diff.js';

/** GraphQL fields of a page of changes. @param more of each change */
export const diffFields = (more = ''): string => `nodes {
    path type before { sha256 sizeBytes } after { sha256 sizeBytes }
    profileChange { addedColumns removedColumns changedColumns { name before after } rowCountBefore rowCountAfter isBreaking reasons statistics { name before { nullCount min max distinctEstimate } after { nullCount min max distinctEstimate } } }
    ${more}
  }
  pageInfo { hasNextPage endCursor }`;

const ROW_CHANGES = 'rowChanges { key problem added removed changed samples { kind columns before after } }';

const queryOf = (
  more: string,
): string => `query Diff($name: String!, $from: String!, $to: String!, $first: Int!, $after: String) {
  repository(name: $name) {
    diff(from: $from, to: $to, first: $first, after: $after) { ${diffFields(more)} }
  }
}`;

/** `diff REPO FROM TO`. */
export function addDiff(program: Command, open: () => Session): void {
  program
    .command('diff')
    .description('what differs between two revisions: paths, columns, rows')
    .argument('<repo>')
    .argument('<from>', 'revision')
    .argument('<to>', 'revision')
    .option('--rows', 'rows added, removed and changed too, with some of them', false)
    .action(async (name: string, from: string, to: string, { rows }: { rows: boolean }) => {
      const { output, connect } = open();
      const client = connect();
      const query = queryOf(rows ? ROW_CHANGES : '');
      const changes = await client.all(
        async (page) =>
          (await client.ask<{ repository: { diff: Page<PathChange> } }>(query, { name, from, to, ...page }))
            .repository.diff,
      );
      output.result(changes, () => formatDiff(changes));
    });
}
