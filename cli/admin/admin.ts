import type { Command } from 'commander';
import { wholeNumber } from '../output/arguments.js';
import { formatInstant, formatTable } from '../output/format.js';
import type { Session } from '../session.js';
import { addGarbage } from './garbage.js';

interface DeadLetter {
  readonly id: string;
  readonly topic: string;
  readonly lastError: string;
  readonly deadAt: string;
}

/** `admin dead-letters list|replay`, `admin garbage collect|list|undo`, `admin rebuild-search` and `admin rebuild-trees`. */
export function addAdmin(program: Command, open: () => Session): void {
  const admin = program.command('admin').description('for whoever runs the service');
  admin
    .command('rebuild-search')
    .description('build the search index anew from the catalog')
    .action(async () => {
      const { output, connect } = open();
      const { rebuildSearchIndex } = await connect().ask<{ rebuildSearchIndex: number }>(
        'mutation RebuildSearch { rebuildSearchIndex }',
      );
      output.result({ assets: rebuildSearchIndex }, `The search index knows ${rebuildSearchIndex} assets.`);
    });

  addGarbage(admin, open);

  admin
    .command('rebuild-trees')
    .description('find all tree nodes in the object store again, after the database lost them')
    .action(async () => {
      const { output, connect } = open();
      const { rebuildTreeIndex: found } = await connect().ask<{
        rebuildTreeIndex: { packs: number; nodes: number };
      }>('mutation RebuildTrees { rebuildTreeIndex { packs nodes } }');
      output.result(found, `Found ${found.nodes} nodes in ${found.packs} packs.`);
    });

  const letters = admin
    .command('dead-letters')
    .description('work that failed too often and waits for somebody to look');

  letters
    .command('list')
    .description('what failed, and why')
    .option('-n, --limit <count>', 'at most', wholeNumber('--limit', 1, 200), 50)
    .action(async ({ limit }: { limit: number }) => {
      const { output, connect } = open();
      const { deadLetters } = await connect().ask<{ deadLetters: readonly DeadLetter[] }>(
        'query DeadLetters($first: Int!) { deadLetters(first: $first) { id topic orderingKey attempts lastError deadAt } }',
        { first: limit },
      );
      output.result(deadLetters, () =>
        deadLetters.length === 0
          ? 'Nothing waits.'
          : formatTable(
              ['id', 'topic', 'failed', 'why'],
              deadLetters.map(({ id, topic, deadAt, lastError }) => [
                id,
                topic,
                formatInstant(deadAt),
                lastError,
              ]),
            ),
      );
    });

  letters
    .command('replay')
    .description('try again; all when no id is given')
    .argument('[id...]')
    .action(async (ids: string[]) => {
      const { output, connect } = open();
      const { replayDeadLetters } = await connect().ask<{ replayDeadLetters: number }>(
        'mutation Replay($ids: [ID!]) { replayDeadLetters(ids: $ids) }',
        { ids: ids.length === 0 ? undefined : ids },
      );
      output.result({ replayed: replayDeadLetters }, `${replayDeadLetters} will be tried again.`);
    });
}
