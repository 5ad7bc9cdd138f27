import type { Command } from 'commander';
import type { Page } from '../api/client.js';
import { parseRevisionAddress } from '../content/address.js';
import type { Session } from '../session.js';
import { type Commit, COMMIT_FIELDS, formatCommit } from './commit.js';
import { diffFields } from './diff.js';
import { formatDiff, type PathChange } from './format-diff.js';

const MAX_CHANGES = 1000;

/** `show REPO@REVISION`: a commit, and what it changed of its first parent. */
export function addShow(program: Command, open: () => Session): void {
  program
    .command('show')
    .description('a commit, and what it changed of its first parent')
    .argument('<address>', 'REPO@REVISION')
    .action(async (address: string) => {
      const { output, connect } = open();
      const { repository: name, revision } = parseRevisionAddress(address);
      const client = connect();
      const { repository } = await client.ask<{ repository: { commit: Commit & { metadata: object } } }>(
        `query Show($name: String!, $revision: String!) { repository(name: $name) { commit(revision: $revision) { ${COMMIT_FIELDS} metadata } } }`,
        { name, revision },
      );
      const { commit } = repository;
      const [parent] = commit.parents;
      const query = `query Diff($name: String!, $from: String!, $to: String!, $first: Int!, $after: String) {
        repository(name: $name) { diff(from: $from, to: $to, first: $first, after: $after) { ${diffFields()} } } }`;
      const changes =
        parent === undefined
          ? []
          : await client.all(async (page) => {
              const variables = { name, from: parent, to: commit.id, ...page };
              return (await client.ask<{ repository: { diff: Page<PathChange> } }>(query, variables))
                .repository.diff;
            }, MAX_CHANGES);
      output.result({ commit, changes }, () => {
        const metadata = Object.entries(commit.metadata).map(([key, value]) => `${key}: ${String(value)}`);
        const about = metadata.length === 0 ? '' : `\n\n    ${metadata.join('\n    ')}`;
        return `${formatCommit(commit)}${about}\n\n${formatDiff(changes)}`;
      });
    });
}
