import type { Command } from 'commander';
import { shortId } from '../output/format.js';
import type { Session } from '../session.js';
import { stageChanges } from '../staging/stage-changes.js';
import { commitChanges } from './commit-changes.js';

/** `rm REPO BRANCH PATH…`. */
export function addRm(program: Command, open: () => Session): void {
  program
    .command('rm')
    .description('remove paths from a branch: by a commit, or staged for the next; earlier commits keep them')
    .argument('<repo>')
    .argument('<branch>')
    .argument('<path...>')
    .option('-m, --message <text>', 'why; without it the removals are staged')
    .action(
      async (repository: string, branch: string, paths: string[], { message }: { message?: string }) => {
        const { output, connect } = open();
        const changes = paths.map((path) => ({ path, isDeleted: true }));
        const client = connect();
        if (message === undefined) {
          await stageChanges(client, repository, branch, changes);
          return output.result({ changes }, `Staged ${paths.length} removals on ${repository}@${branch}.`);
        }
        const commit = await commitChanges(client, { repository, branch, message, changes });
        output.result(
          { commit },
          `Committed ${shortId(commit.id)} to ${repository}@${branch}: ${paths.length} removed.`,
        );
      },
    );
}
