import type { Command } from 'commander';
import { shortId } from '../output/format.js';
import type { Session } from '../session.js';
import { commitChanges } from './commit-changes.js';

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
      const commit = await commitChanges(connect(), { repository, branch, message, changes });
      output.result(
        { commit },
        `Committed ${shortId(commit.id)} to ${repository}@${branch}: ${paths.length} removed.`,
      );
    });
}
