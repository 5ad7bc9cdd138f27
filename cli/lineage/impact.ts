import type { Command } from 'commander';
import type { Client } from '../api/client.js';
import { UsageError } from '../exit-codes.js';
import { instant, wholeNumber } from '../output/arguments.js';
import type { Session } from '../session.js';
import { ASSET_ARGUMENT, resolveAsset } from './asset-name.js';
import { addFilter, filterOf, type FilterOptions } from './filter.js';
import { describeNode, type LineageNode } from './tree.js';

const DEFAULT_LIMIT = 100;
const MAX_PAGE = 1_000;
const NODE = 'id asset { kind identityNamespace identityName }';
const QUERY = `query Impact($id: ID!, $depth: Int!, $first: Int!, $after: String, $asOf: DateTime, $filter: LineageFilterInput) {
  asset(id: $id) {
    impact(depth: $depth, first: $first, after: $after, asOf: $asOf, filter: $filter) {
      counts { kind count } assets { node { ${NODE} distance } through { ${NODE} } } pageInfo { hasNextPage endCursor } isTruncated
    }
  }
}`;

interface Impact {
  readonly counts: readonly { readonly kind: string; readonly count: number }[];
  readonly assets: readonly {
    readonly node: LineageNode & { readonly distance: number };
    readonly through: LineageNode;
  }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly isTruncated: boolean;
}

interface Look extends FilterOptions {
  readonly depth: number;
  readonly limit?: number;
  readonly all?: boolean;
  readonly asOf?: string;
}

/** `impact ASSET`. */
export function addImpact(program: Command, open: () => Session): void {
  const impact = program
    .command('impact')
    .description('what is downstream of an asset, counted and listed, the nearest first')
    .argument('<asset>', ASSET_ARGUMENT)
    .option('--depth <hops>', 'how far, 1–20', wholeNumber('--depth', 1, 20), 20)
    .option(
      '-n, --limit <count>',
      `assets of the list at most (default: ${DEFAULT_LIMIT})`,
      wholeNumber('--limit', 1, MAX_PAGE),
    )
    .option('--all', 'the whole list, page by page')
    .option('--as-of <instant>', 'what held then, by the times of events', instant('--as-of'))
    .action(async (name: string, { depth, limit, all, asOf, ...filter }: Look) => {
      if (limit !== undefined && all === true)
        throw new UsageError('--limit and --all: only one of them can be given');
      const { output, connect } = open();
      const client = connect();
      const id = await resolveAsset(client, name);
      const question = { id, depth, asOf, filter: filterOf(filter) };
      const found = await impactOf(client, question, all === true ? Infinity : (limit ?? DEFAULT_LIMIT));
      output.result({ asset: id, ...found }, () => formatImpact(found));
      if (found.isTruncated) output.message('There is more than was looked at. Choose a smaller depth.');
    });
  addFilter(impact);
}

async function impactOf(client: Client, question: object, limit: number): Promise<Omit<Impact, 'pageInfo'>> {
  let found: Impact | undefined;
  const assets = await client.all(
    async (page) => {
      found = (await client.ask<{ asset: { impact: Impact } }>(QUERY, { ...question, ...page })).asset.impact;
      return { nodes: found.assets, pageInfo: found.pageInfo };
    },
    limit,
    MAX_PAGE,
  );
  return { counts: found!.counts, assets, isTruncated: found!.isTruncated };
}

function formatImpact({ counts, assets }: Pick<Impact, 'counts' | 'assets'>): string {
  const total = counts.map(({ kind, count }) => `${count} ${kind}${count === 1 ? '' : 's'}`).join(', ');
  const lines = assets.map(
    ({ node, through }) =>
      `${String(node.distance).padStart(3)}  ${describeNode(node)}  by ${describeNode(through)}`,
  );
  return [total === '' ? 'nothing' : total, ...lines].join('\n');
}
