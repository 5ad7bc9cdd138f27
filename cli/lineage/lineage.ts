import { type Command, Option } from 'commander';
import { wholeNumber } from '../output/arguments.js';
import type { Session } from '../session.js';
import { resolveAsset } from './asset-name.js';
import { formatTree, type LineageGraph } from './tree.js';

const QUERY = `query Lineage($id: ID!, $direction: LineageDirection!, $depth: Int!) {
  asset(id: $id) {
    lineage(direction: $direction, depth: $depth, first: 500) {
      nodes { id distance isOpaque asset { id kind identityNamespace identityName namespace } }
      edges { from to firstSeenAt lastSeenAt }
      isTruncated
    }
  }
}`;

/** `lineage ASSET`. */
export function addLineage(program: Command, open: () => Session): void {
  program
    .command('lineage')
    .description('where an asset came from and where it went')
    .argument('<asset>', 'an id, a repository, KIND,NAME of what Cairn manages, or KIND,NAMESPACE,NAME')
    .addOption(new Option('--direction <which>').choices(['both', 'upstream', 'downstream']).default('both'))
    .option('--depth <hops>', 'how far, 1–20', wholeNumber('--depth', 1, 20), 3)
    .action(
      async (
        name: string,
        { direction, depth }: { direction: 'both' | 'upstream' | 'downstream'; depth: number },
      ) => {
        const { output, connect } = open();
        const client = connect();
        const id = await resolveAsset(client, name);
        const { asset } = await client.ask<{ asset: { lineage: LineageGraph } }>(QUERY, {
          id,
          direction,
          depth,
        });
        output.result({ asset: id, ...asset.lineage }, () => {
          const directions = direction === 'both' ? (['upstream', 'downstream'] as const) : [direction];
          return directions.map((each) => `${each}\n${formatTree(asset.lineage, id, each)}`).join('\n\n');
        });
        if (asset.lineage.isTruncated)
          output.message('The graph is larger than this. Choose one direction or a smaller depth.');
      },
    );
}
