import { type Command, Option } from 'commander';
import { EndedBadly, EXIT } from '../exit-codes.js';
import { wholeNumber } from '../output/arguments.js';
import { shortId } from '../output/format.js';
import type { Session } from '../session.js';
import { describeConflicts, MERGE_RESULT, type MergeConflicts, type Merged } from './merge-result.js';

interface PickOptions {
  readonly message?: string;
  readonly mainline?: number;
  readonly strategy: string;
}

/** `revert` and `cherry-pick REPO BRANCH COMMIT`. */
export function addPicks(program: Command, open: () => Session): void {
  for (const [name, mutation, description, done] of [
    ['revert', 'revert', 'commit the opposite of a commit onto a branch', 'Reverted'],
    ['cherry-pick', 'cherryPick', 'commit the changes of a commit onto a branch; its author stays', 'Picked'],
  ] as const) {
    program
      .command(name)
      .description(`${description}; conflicts end with exit code 3`)
      .argument('<repo>')
      .argument('<branch>', 'the branch that gets the new commit')
      .argument('<revision>', 'the commit')
      .option('-m, --message <text>')
      .option(
        '--mainline <number>',
        'of a merge, the parent its changes are counted from: 1 is what it was merged into',
        wholeNumber('--mainline', 1, 16),
      )
      .addOption(
        new Option('--strategy <whose>', "whose side a conflicting path takes: the branch's, or the commit's")
          .choices(['none', 'ours', 'theirs'])
          .default('none'),
      )
      .action(async (repository: string, branch: string, revision: string, options: PickOptions) => {
        const { output, connect } = open();
        const answer = await connect().ask<Record<string, Merged | MergeConflicts>>(
          `mutation Pick($input: PickInput!) { ${mutation}(input: $input) { ${MERGE_RESULT} } }`,
          { input: { repository, branch, revision, ...options } },
        );
        const { __typename: kind, ...result } = answer[mutation]!;
        output.result({ kind, ...result }, () => {
          if (!('commit' in result)) return describeConflicts(result, 'choose with --strategy');
          return result.isNoop
            ? `${branch} has it that way already.`
            : `${done} ${revision} on ${branch} at ${shortId(result.commit.id)}.`;
        });
        if (kind === 'MergeConflicts') throw new EndedBadly(EXIT.conflict);
      });
  }
}
