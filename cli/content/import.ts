import type { Command } from 'commander';
import { type Operation, waitForOperation } from '../operations/operation.js';
import { formatSize } from '../output/format.js';
import type { Session } from '../session.js';
import { commitStaged } from '../staging/commit-staged.js';

interface Imported {
  readonly objects: number;
  readonly bytes: number;
  readonly skipped: {
    readonly count: number;
    readonly sample: readonly { readonly key: string; readonly reason: string }[];
  };
}

interface ImportOptions {
  readonly prefix?: string;
  readonly to?: string;
  readonly message?: string;
}

/** `import REPO BRANCH SOURCE` and `import-sources`. */
export function addImport(program: Command, open: () => Session): void {
  program
    .command('import')
    .description(
      'stage what is in a bucket or folder without copying it; with a message, commit all that is staged',
    )
    .argument('<repo>')
    .argument('<branch>')
    .argument('<source>', 'one of: cairn import-sources')
    .option('--prefix <prefix>', 'only what starts with it; it is cut off')
    .option('--to <prefix>', 'what paths start with instead')
    .option('-m, --message <text>', 'what changed; without it all stays staged')
    .action(
      async (repository: string, branch: string, source: string, { message, ...rest }: ImportOptions) => {
        const { io, output, connect } = open();
        const client = connect();
        const { startImport: started } = await client.ask<{ startImport: Operation }>(
          'mutation Import($input: ImportInput!) { startImport(input: $input) { id } }',
          { input: { repository, branch, source, ...rest } },
        );
        const operation = await waitForOperation(io, client, started.id);
        const imported = operation.result as unknown as Imported;
        const { objects, bytes, skipped } = imported;
        const what = `${objects} objects, ${formatSize(bytes)}`;
        const left =
          skipped.count === 0 ? '' : ` ${skipped.count} were left out, such as ${describe(skipped)}.`;
        if (message === undefined || objects === 0)
          return output.result(imported, `Staged ${what} on ${repository}@${branch}, not copied.${left}`);
        const commitId = await commitStaged(io, client, { repository, branch, message });
        output.result(
          { ...imported, commitId },
          `Committed ${commitId.slice(0, 12)} with ${what}, not copied.${left}`,
        );
      },
    );

  program
    .command('import-sources')
    .description('places that you may import from')
    .action(async () => {
      const { output, connect } = open();
      const { importSources } = await connect().ask<{ importSources: readonly string[] }>(
        '{ importSources }',
      );
      output.result(importSources, importSources.join('\n'));
    });
}

function describe({ sample }: Imported['skipped']): string {
  const [first] = sample;
  return first === undefined ? '' : `${JSON.stringify(first.key)} (${first.reason})`;
}
