import type { Command } from 'commander';
import type { Page } from '../api/client.js';
import { parseAddress } from '../content/address.js';
import { wholeNumber } from '../output/arguments.js';
import type { Session } from '../session.js';
import { type Commit, COMMIT_FIELDS, formatCommit } from './commit.js';

/** `log REPO[@REV][:PATH]`. */
export function addLog(program: Command, open: () => Session): void {
  program
    .command('log')
    .description('commits from a revision back, of all or of a path')
    .argument('<address>', 'REPO[@REVISION][:PATH], where a path that ends in "/" is all below it')
    .option('-n, --limit <count>', 'commits at most', wholeNumber('--limit', 1, 100_000), 50)
    .action(async (address: string, { limit }: { limit: number }) => {
      const { output, connect } = open();
      const { repository: name, revision, path } = parseAddress(address);
      const client = connect();
      const query = `query Log($name: String!, $revision: String, $path: String, $first: Int!, $after: String) {
        repository(name: $name) {
          log(revision: $revision, path: $path, first: $first, after: $after) { nodes { ${COMMIT_FIELDS} } pageInfo { hasNextPage endCursor } }
        }
      }`;
      const commits = await client.all(
        async (page) =>
          (await client.ask<{ repository: { log: Page<Commit> } }>(query, { name, revision, path, ...page }))
            .repository.log,
        limit,
      );
      output.result(commits, () => commits.map(formatCommit).join('\n\n'));
    });
}
