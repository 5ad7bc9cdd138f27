import type { Command } from 'commander';
import type { Page } from '../api/client.js';
import { type Operation, waitForOperation } from '../operations/operation.js';
import { wholeNumber } from '../output/arguments.js';
import { formatFields, formatInstant, formatSize, formatTable } from '../output/format.js';
import type { Session } from '../session.js';

interface Tally {
  readonly objects: number;
  readonly bytes: number;
}

interface Collected {
  readonly isDryRun: boolean;
  readonly commits: number;
  readonly reachable: Tally;
  readonly condemned: Tally;
  readonly revived: Tally;
  readonly removed: Tally;
  readonly young: Tally;
}

interface Collection {
  readonly operationId: string;
  readonly isDryRun: boolean;
  readonly startedAt: string;
  readonly removedFromAt: string | null;
  readonly undoneAt: string | null;
}

/** `admin garbage collect|list|undo`. */
export function addGarbage(admin: Command, open: () => Session): void {
  const garbage = admin
    .command('garbage')
    .description('what no branch, tag or model reaches any more: condemned, and after a time removed');

  garbage
    .command('collect')
    .description('condemn what nothing reaches, and remove what was condemned before the undo time')
    .option('--dry-run', 'change nothing, and say what would be')
    .action(async ({ dryRun = false }: { dryRun?: boolean }) => {
      const { io, output, connect } = open();
      const client = connect();
      const { startGarbageCollection: started } = await client.ask<{ startGarbageCollection: Operation }>(
        'mutation Collect($isDryRun: Boolean!) { startGarbageCollection(isDryRun: $isDryRun) { id } }',
        { isDryRun: dryRun },
      );
      const operation = await waitForOperation(io, client, started.id);
      output.result(operation, () => describe(operation.result as unknown as Collected, started.id));
    });

  garbage
    .command('list')
    .description('collections, newest first')
    .option('-n, --limit <count>', 'at most', wholeNumber('--limit', 1, 10_000), 50)
    .action(async ({ limit }: { limit: number }) => {
      const { output, connect } = open();
      const client = connect();
      const query = `query Collections($first: Int!, $after: String) { garbageCollections(first: $first, after: $after) {
        nodes { operationId isDryRun startedAt removedFromAt undoneAt } pageInfo { hasNextPage endCursor } } }`;
      const collections = await client.all(
        async (page) =>
          (await client.ask<{ garbageCollections: Page<Collection> }>(query, page)).garbageCollections,
        limit,
      );
      output.result(collections, () =>
        formatTable(
          ['id', 'began', 'dry run', 'gone since', 'undone'],
          collections.map(({ operationId, startedAt, isDryRun, removedFromAt, undoneAt }) => [
            ...[operationId, formatInstant(startedAt), isDryRun ? 'yes' : 'no'],
            ...[formatInstant(removedFromAt), formatInstant(undoneAt)],
          ]),
        ),
      );
    });

  garbage
    .command('undo')
    .description('take back what a collection condemned, as long as none of it is gone')
    .argument('<id>')
    .action(async (id: string) => {
      const { output, connect } = open();
      const { undoGarbageCollection } = await connect().ask<{ undoGarbageCollection: Collection }>(
        'mutation Undo($id: ID!) { undoGarbageCollection(id: $id) { operationId undoneAt } }',
        { id },
      );
      output.result(undoGarbageCollection, `Nothing is condemned by ${id} any more.`);
    });
}

function describe(result: Collected, id: string): string {
  const tell = ({ objects, bytes }: Tally): string => `${objects} objects, ${formatSize(bytes)}`;
  const fields = formatFields({
    reached: tell(result.reachable),
    'too young': tell(result.young),
    condemned: `${tell(result.condemned)}, and ${result.commits} commits`,
    revived: tell(result.revived),
    removed: tell(result.removed),
  });
  if (result.isDryRun) return `${fields}\nThis was a dry run: nothing was changed.`;
  return `${fields}\nWhat is condemned can be had back: cairn admin garbage undo ${id}`;
}
