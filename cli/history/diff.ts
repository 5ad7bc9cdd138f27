import type { Command } from 'commander';
import type { Page } from '../api/client.js';
import type { Session } from '../session.js';
import { formatDiff, type PathChange } from './format-diff.js';

/** GraphQL fields of a page of changes. */
export const DIFF_FIELDS = `nodes {
    path type before { sha256 sizeBytes } after { sha256 sizeBytes }
    profileChange { addedColumns removedColumns changedColumns { name before after } rowCountBefore rowCountAfter isBreaking }
  }
  pageInfo { hasNextPage endCursor }`;

const QUERY = `query Diff($name: String!, $from: String!, $to: String!, $first: Int!, $after: String) {
  repository(name: $name) {
    diff(from: $from, to: $to, first: $first, after: $after) { ${DIFF_FIELDS} }
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
    .action(async (name: string, from: string, to: string) => {
      const { output, connect } = open();
      const client = connect();
      const changes = await client.all(
        async (page) =>
          (await client.ask<{ repository: { diff: Page<PathChange> } }>(QUERY, { name, from, to, ...page }))
            .repository.diff,
      );
      output.result(changes, () => formatDiff(changes));
    });
}
