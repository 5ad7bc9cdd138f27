import type { Command } from 'commander';
import type { Page } from '../api/client.js';
import { formatInstant, formatTable, shortId } from '../output/format.js';
import { wholeNumber } from '../output/arguments.js';
import { type Ref, REF_FIELDS } from '../repositories/refs.js';
import type { Session } from '../session.js';

interface ReflogEntry {
  readonly fromCommit: string | null;
  readonly toCommit: string | null;
  readonly actor: string;
  readonly reason: string;
  readonly at: string;
}

/** `reset REPO BRANCH REVISION` and `reflog REPO BRANCH`. */
export function addRefMoves(program: Command, open: () => Session): void {
  program
    .command('reset')
    .description('put a branch at another commit; what it loses stays in the reflog')
    .argument('<repo>')
    .argument('<branch>')
    .argument('<revision>')
    .option('--expected-head <commit>', 'refuse when the branch is not at this commit')
    .action(
      async (repository: string, branch: string, revision: string, options: { expectedHead?: string }) => {
        const { output, connect } = open();
        const { resetBranch } = await connect().ask<{ resetBranch: Ref }>(
          `mutation Reset($input: ResetBranchInput!) { resetBranch(input: $input) { ${REF_FIELDS} } }`,
          { input: { repository, branch, revision, ...options } },
        );
        output.result(resetBranch, `Branch ${branch} is at ${shortId(resetBranch.commitId)} now.`);
      },
    );

  program
    .command('reflog')
    .description('where a branch was and is, newest first; also of one that is gone')
    .argument('<repo>')
    .argument('<branch>')
    .option('-n, --limit <count>', 'moves at most', wholeNumber('--limit', 1, 100_000), 50)
    .action(async (name: string, branch: string, { limit }: { limit: number }) => {
      const { output, connect } = open();
      const client = connect();
      const query = `query Reflog($name: String!, $branch: String!, $first: Int!, $after: String) { repository(name: $name) {
        reflog(name: $branch, first: $first, after: $after) {
          nodes { fromCommit toCommit actor reason at } pageInfo { hasNextPage endCursor } } } }`;
      const moves = await client.all(async (page) => {
        const variables = { name, branch, ...page };
        return (await client.ask<{ repository: { reflog: Page<ReflogEntry> } }>(query, variables)).repository
          .reflog;
      }, limit);
      output.result(moves, () =>
        formatTable(
          ['when', 'what', 'from', 'to', 'by'],
          moves.map(({ at, reason, fromCommit, toCommit, actor }) => [
            ...[formatInstant(at), reason, shortId(fromCommit ?? '-'), shortId(toCommit ?? '-'), actor],
          ]),
        ),
      );
    });
}
