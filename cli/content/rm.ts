import type { Command } from 'commander';
import { type Commit, COMMIT_FIELDS } from '../history/commit.js';
import { shortId } from '../output/format.js';
import type { Session } from '../session.js';

/** `rm REPO BRANCH PATH…`. */
export function addRm(program: Command, open: () => Session): void {
  program
    .command('rm')
    .description('remove paths from a branch by a commit; earlier commits keep them')
    .argument('<repo>')
    .argument('<branch>')
    .argument('<path...>')
    .requiredOption('-m, --message <text>', 'why')
    .action(async (repository: string, branch: string, paths: string[], { message }: { message: string }) => {
      const { output, connect } = open();
      const changes = paths.map((path) => ({ path, isDeleted: true }));
      const { commit } = await connect().ask<{ commit: Commit }>(
        `mutation Commit($input: CommitInput!) { commit(input: $input) { ${COMMIT_FIELDS} } }`,
        { input: { repository, branch, message, changes } },
      );
      output.result(
        { commit },
        `Committed ${shortId(commit.id)} to ${repository}@${branch}: ${paths.length} removed.`,
      );
    });
}
