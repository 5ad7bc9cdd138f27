import type { Command } from 'commander';
import { UsageError } from '../exit-codes.js';
import { gather } from '../output/arguments.js';
import { shortId } from '../output/format.js';
import type { Session } from '../session.js';
import { type Change, commitChanges } from './commit-changes.js';

interface CommitOptions {
  readonly message: string;
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly expectedHead?: string;
}

const ADDED = /^(?<path>.+)=(?<sha256>[0-9a-f]{64})$/;

/** `commit REPO BRANCH`: gives paths to what was uploaded, and takes others away, all at once. */
export function addCommit(program: Command, open: () => Session): void {
  program
    .command('commit')
    .description('commit what "put" without a message uploaded, and removals, all at once')
    .argument('<repo>')
    .argument('<branch>')
    .option('--add <path=sha256>', 'a path and the digest of its content; may be given several times', gather)
    .option('--remove <path>', 'a path that goes; may be given several times', gather)
    .option('--expected-head <commit>', 'refuse when the branch is not at this commit')
    .requiredOption('-m, --message <text>', 'what changed')
    .action(async (repository: string, branch: string, options: CommitOptions) => {
      const { add = [], remove = [], message, expectedHead } = options;
      const changes = [...add.map(addition), ...remove.map((path) => ({ path, isDeleted: true }))];
      if (changes.length === 0)
        throw new UsageError('there is nothing to commit: name changes by --add and --remove');
      const { output, connect } = open();
      const commit = await commitChanges(connect(), { repository, branch, message, expectedHead, changes });
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
