import type { Command } from 'commander';
import { UsageError } from '../exit-codes.js';
import { gather } from '../output/arguments.js';
import { shortId } from '../output/format.js';
import type { Session } from '../session.js';
import { commitStaged } from '../staging/commit-staged.js';
import { type Change, commitChanges } from './commit-changes.js';

interface CommitOptions {
  readonly message: string;
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly expectedHead?: string;
}

const ADDED = /^(?<path>.+)=(?<sha256>[0-9a-f]{64})$/;

/** `commit REPO BRANCH`: all that is staged; or named changes alone, which need not be. */
export function addCommit(program: Command, open: () => Session): void {
  program
    .command('commit')
    .description('commit all that is staged on a branch, or only the changes that are named')
    .argument('<repo>')
    .argument('<branch>')
    .option('--add <path=sha256>', 'a path and the digest of its content; may be given several times', gather)
    .option('--remove <path>', 'a path that goes; may be given several times', gather)
    .option('--expected-head <commit>', 'refuse when the branch is not at this commit')
    .requiredOption('-m, --message <text>', 'what changed')
    .action(async (repository: string, branch: string, options: CommitOptions) => {
      const { add = [], remove = [], message, expectedHead } = options;
      const changes = [...add.map(addition), ...remove.map((path) => ({ path, isDeleted: true }))];
      const { io, output, connect } = open();
      const client = connect();
      if (changes.length === 0) {
        const commitId = await commitStaged(io, client, { repository, branch, message, expectedHead });
        return output.result({ commitId }, `Committed ${shortId(commitId)} to ${repository}@${branch}.`);
      }
      const commit = await commitChanges(client, { repository, branch, message, expectedHead, changes });
      output.result(
        { commit, changes },
        `Committed ${shortId(commit.id)} to ${repository}@${branch}: ${add.length} added or replaced, ${remove.length} removed.`,
      );
    });
}

function addition(text: string): Change {
  const { path, sha256 } = ADDED.exec(text)?.groups ?? {};
  if (path === undefined)
    throw new UsageError(`--add: must be PATH=SHA256 as "put" prints it, got "${text}"`);
  return { path, sha256 };
}
