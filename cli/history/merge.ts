import { type Command, Option } from 'commander';
import { EndedBadly, EXIT } from '../exit-codes.js';
import { shortId } from '../output/format.js';
import type { Session } from '../session.js';
import { describeConflicts, MERGE_RESULT, type MergeConflicts, type Merged } from './merge-result.js';

const MUTATION = `mutation Merge($input: MergeInput!) { merge(input: $input) { ${MERGE_RESULT} } }`;

/** `merge REPO SOURCE TARGET`. */
export function addMerge(program: Command, open: () => Session): void {
  program
    .command('merge')
    .description('merge a revision into a branch; conflicts are printed and end with exit code 3')
    .argument('<repo>')
    .argument('<source>', 'the revision to merge')
    .argument('<target>', 'the branch to merge into')
    .option('-m, --message <text>')
    .addOption(
      new Option(
        '--strategy <whose>',
        "whose side a conflicting path takes: the target's (ours) or the source's (theirs)",
      )
        .choices(['none', 'ours', 'theirs'])
        .default('none'),
    )
    .action(
      async (
        repository: string,
        source: string,
        target: string,
        options: { message?: string; strategy: string },
      ) => {
        const { output, connect } = open();
        const answer = await connect().ask<{ merge: Merged | MergeConflicts }>(MUTATION, {
          input: { repository, source, target, ...options },
        });
        const { __typename: kind, ...result } = answer.merge;
        output.result({ kind, ...result }, () => describe(answer.merge, source, target));
        if (kind === 'MergeConflicts') throw new EndedBadly(EXIT.conflict);
      },
    );
}

function describe(result: Merged | MergeConflicts, source: string, target: string): string {
  if (result.__typename === 'MergeConflicts')
    return describeConflicts(result, `choose with --strategy, or commit a resolution on ${source}`);
  const { commit, isNoop, mergedFiles: files, mergedRows: rows } = result;
  if (isNoop) return `${target} holds ${source} already.`;
  const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
  const within = files === 0 ? '' : `, with ${count(rows, 'row')} taken within ${count(files, 'file')}`;
  return `Merged ${source} into ${target} at ${shortId(commit.id)}${within}.`;
}
