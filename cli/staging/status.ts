import type { Command } from 'commander';
import type { Page } from '../api/client.js';
import { parseAddress } from '../content/address.js';
import { formatInstant, formatTable } from '../output/format.js';
import { wholeNumber } from '../output/arguments.js';
import type { Session } from '../session.js';

interface StagedChange {
  readonly path: string;
  readonly type: string;
  readonly stagedBy: string;
  readonly stagedAt: string;
}

/** `status REPO[@BRANCH]` and `unstage REPO BRANCH [PATH…]`. */
export function addStatus(program: Command, open: () => Session): void {
  program
    .command('status')
    .description('what is staged on a branch, by you and by others')
    .argument('<address>', 'REPO[@BRANCH]')
    .option('-n, --limit <count>', 'changes at most', wholeNumber('--limit', 1, 1_000_000), 1000)
    .action(async (address: string, { limit }: { limit: number }) => {
      const { output, connect } = open();
      const { repository: name, revision: branch } = parseAddress(address);
      const client = connect();
      const query = `query Status($name: String!, $branch: String, $first: Int!, $after: String) { repository(name: $name) {
        staged(branch: $branch, first: $first, after: $after) {
          nodes { path type stagedBy stagedAt } pageInfo { hasNextPage endCursor } } } }`;
      const changes = await client.all(async (page) => {
        const variables = { name, branch, ...page };
        return (await client.ask<{ repository: { staged: Page<StagedChange> } }>(query, variables)).repository
          .staged;
      }, limit);
      output.result(changes, () =>
        changes.length === 0
          ? 'Nothing is staged.'
          : formatTable(
              ['change', 'by', 'when', 'path'],
              changes.map(({ type, stagedBy, stagedAt, path }) => [
                ...[type, stagedBy, formatInstant(stagedAt), path],
              ]),
            ),
      );
    });

  program
    .command('unstage')
    .description('forget what is staged on a branch: some paths, or all')
    .argument('<repo>')
    .argument('<branch>')
    .argument('[path...]')
    .action(async (repository: string, branch: string, paths: string[]) => {
      const { output, connect } = open();
      const input = { repository, branch, ...(paths.length > 0 && { paths }) };
      const { discardStaged: count } = await connect().ask<{ discardStaged: number }>(
        'mutation Unstage($input: DiscardStagedInput!) { discardStaged(input: $input) }',
        { input },
      );
      output.result({ count }, `Forgot ${count} staged ${count === 1 ? 'path' : 'paths'}.`);
    });
}
