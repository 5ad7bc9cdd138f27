import { type Command, Option } from 'commander';
import { EndedBadly, EXIT } from '../exit-codes.js';
import { formatTable, shortId } from '../output/format.js';
import type { Session } from '../session.js';
import { type Commit, COMMIT_FIELDS } from './commit.js';

interface Merged {
  readonly __typename: 'Merged';
  readonly commit: Commit;
  readonly isNoop: boolean;
}

interface MergeConflicts {
  readonly __typename: 'MergeConflicts';
  readonly conflicts: readonly { readonly path: string; readonly kind: string }[];
  readonly total: number;
}

const SIDE = '{ sha256 sizeBytes }';
const MUTATION = `mutation Merge($input: MergeInput!) {
  merge(input: $input) {
    __typename
    ... on Merged { isNoop commit { ${COMMIT_FIELDS} } }
    ... on MergeConflicts { total conflicts { path kind base ${SIDE} ours ${SIDE} theirs ${SIDE} } }
  }
}`;

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
  if (result.__typename === 'Merged') {
    const { commit, isNoop } = result;
    return isNoop
      ? `${target} holds ${source} already.`
      : `Merged ${source} into ${target} at ${shortId(commit.id)}.`;
  }
  const table = formatTable(
    ['conflict', 'path'],
    result.conflicts.map(({ kind, path }) => [kind, path]),
  );
  return `${table}\n${result.total} ${result.total === 1 ? 'path' : 'paths'} changed on both sides. Nothing was merged; choose with --strategy, or commit a resolution on ${source}.`;
}
