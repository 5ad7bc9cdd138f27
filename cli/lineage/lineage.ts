import { type Command, Option } from 'commander';
import type { Client } from '../api/client.js';
import { UsageError } from '../exit-codes.js';
import { instant, wholeNumber } from '../output/arguments.js';
import type { Session } from '../session.js';
import { ASSET_ARGUMENT, resolveAsset } from './asset-name.js';
import { addFilter, filterOf, type FilterOptions } from './filter.js';
import { formatDot } from './dot.js';
import { graphOf } from './graph-pages.js';
import { GROUPINGS, showGroups } from './groups.js';
import { addImpact } from './impact.js';
import { addEdits } from './edits.js';
import { addExport } from './export.js';
import { addRules } from './rules.js';
import { describeNode, formatTree, type LineageGraph, type LineageNode } from './tree.js';

const NODE = 'id asset { kind identityNamespace identityName }';

const DIFFERENCE = `query LineageDiff($id: ID!, $direction: LineageDirection!, $depth: Int!, $from: DateTime!, $to: DateTime) {
  asset(id: $id) {
    lineageDiff(direction: $direction, depth: $depth, first: 500, from: $from, to: $to) {
      nodes { ${NODE} } gained { nodeIds edges { from to } } lost { nodeIds edges { from to } } isTruncated
    }
  }
}`;

const DEFAULT_FIRST = 500;
const TOO_LARGE = 'The graph is larger than this. Choose one direction or a smaller depth.';

type Direction = 'both' | 'upstream' | 'downstream';

interface Look extends FilterOptions {
  readonly first?: number;
  readonly all?: boolean;
  readonly groupBy?: string;
  readonly expand?: readonly string[];
  readonly direction: Direction;
  readonly depth: number;
  readonly asOf?: string;
  readonly since?: string;
  readonly format: 'tree' | 'dot';
}

/** @throws {UsageError} */
function assertTogether({ first, all, since, groupBy, expand }: Look): void {
  const isPaged = first !== undefined || all === true;
  if (first !== undefined && all === true)
    throw new UsageError('--first and --all: only one of them can be given');
  if (since !== undefined && (isPaged || groupBy !== undefined))
    throw new UsageError('--since lists all differences: it takes no --first, --all or --group-by');
  if (groupBy !== undefined && isPaged)
    throw new UsageError('--group-by puts all nodes together: it takes no --first or --all');
  if (groupBy === undefined && expand !== undefined) throw new UsageError('--expand is for --group-by');
}

/** `lineage ASSET`, `lineage rules|edit|edits|export`, `paths FROM TO` and `impact ASSET`. */
export function addLineage(program: Command, open: () => Session): void {
  const lineage = program
    .command('lineage')
    .description('where an asset came from and where it went, now or at an instant')
    .usage('<asset> [options] | <command> [options]');
  // A command of its own, so that the options of its neighbours are theirs.
  const show = lineage
    .command('show', { isDefault: true })
    .description('what `lineage <asset>` does')
    .argument('<asset>', ASSET_ARGUMENT)
    .addOption(new Option('--direction <which>').choices(['both', 'upstream', 'downstream']).default('both'))
    .option('--depth <hops>', 'how far, 1–20', wholeNumber('--depth', 1, 20), 3)
    .option('--as-of <instant>', 'what held then, by the times of events', instant('--as-of'))
    .option('--since <instant>', 'what is otherwise than it was then', instant('--since'))
    .addOption(
      new Option('--format <format>', 'a tree, or a graph for Graphviz')
        .choices(['tree', 'dot'])
        .default('tree'),
    )
    .option('--first <count>', 'nodes at most, the nearest first', wholeNumber('--first', 1, 5_000))
    .option('--all', 'all nodes, page by page')
    .addOption(new Option('--group-by <what>', 'groups in place of nodes').choices(GROUPINGS))
    .option('--expand <groups...>', 'with --group-by: labels of groups whose nodes are shown singly')
    .action(async (name: string, look: Look) => {
      assertTogether(look);
      if (look.since !== undefined && look.format === 'dot')
        throw new UsageError('--since lists differences: it has no graph for --format dot');
      if (look.since !== undefined && filterOf(look) !== undefined)
        throw new UsageError('--since lists all differences: it takes no filter');
      const session = open();
      const client = session.connect();
      const id = await resolveAsset(client, name);
      await (look.since === undefined ? showGraph : showDifference)(session, client, id, look);
    });
  addFilter(show);
  addRules(lineage, open);
  addEdits(lineage, open);
  addExport(lineage, open);
  program
    .command('paths')
    .description('the shortest ways along which data flows from one asset to another')
    .argument('<from>', ASSET_ARGUMENT)
    .argument('<to>', ASSET_ARGUMENT)
    .option('-n, --limit <count>', 'ways at most', wholeNumber('--limit', 1, 50), 5)
    .option('--as-of <instant>', 'what held then, by the times of events', instant('--as-of'))
    .action(async (from: string, to: string, { limit, asOf }: { limit: number; asOf?: string }) => {
      const session = open();
      const client = session.connect();
      const [id, toId] = [await resolveAsset(client, from), await resolveAsset(client, to)];
      await showPaths(session, client, { id, to: toId, first: limit, asOf });
    });
  addImpact(program, open);
}

const PATHS = `query Paths($id: ID!, $to: ID!, $first: Int!, $asOf: DateTime) {
  asset(id: $id) { paths(to: $to, first: $first, asOf: $asOf) { paths { nodes { ${NODE} } } isTruncated } }
}`;

async function showPaths(
  { output }: Session,
  client: Client,
  variables: { id: string; to: string; first: number; asOf?: string | undefined },
): Promise<void> {
  const { asset } = await client.ask<{
    asset: { paths: { paths: { nodes: LineageNode[] }[]; isTruncated: boolean } };
  }>(PATHS, variables);
  const { paths, isTruncated } = asset.paths;
  output.result(paths, () =>
    paths.map(({ nodes }) => nodes.map((node) => describeNode(node)).join('\n  → ')).join('\n\n'),
  );
  if (paths.length === 0) output.message('No data flows from the one to the other.');
  if (isTruncated) output.message('There is more than was looked at.');
}

async function showGraph(session: Session, client: Client, id: string, look: Look): Promise<void> {
  const { direction, depth, asOf, format, groupBy, expand, first = DEFAULT_FIRST, all } = look;
  const question = { id, direction, depth, asOf, filter: filterOf(look) };
  if (groupBy !== undefined) return showGroups(session, client, question, { groupBy, expand, format });
  const { hasMore, ...graph } = await graphOf(client, question, all === true ? Infinity : first);
  session.output.result({ asset: id, ...graph }, () => {
    if (format === 'dot') return formatDot(graph);
    const directions = direction === 'both' ? (['upstream', 'downstream'] as const) : [direction];
    return directions.map((each) => `${each}\n${formatTree(graph, id, each, describeNode)}`).join('\n\n');
  });
  if (hasMore) session.output.message('There is more: --all shows it, --group-by puts it together.');
  else if (graph.isTruncated) session.output.message(TOO_LARGE);
}

async function showDifference({ output }: Session, client: Client, id: string, look: Look): Promise<void> {
  const { direction, depth, since: from, asOf: to } = look;
  const { asset } = await client.ask<{ asset: ComparedAsset }>(DIFFERENCE, {
    id,
    direction,
    depth,
    from,
    to,
  });
  const { nodes, gained, lost, isTruncated } = asset.lineageDiff;
  const names = new Map(nodes.map((node) => [node.id, describeNode(node)]));
  const linesOf = (sign: string, { edges }: Changes) =>
    edges.map((edge) => `${sign} ${names.get(edge.from)} → ${names.get(edge.to)}`);
  output.result({ asset: id, ...asset.lineageDiff }, () =>
    [...linesOf('-', lost), ...linesOf('+', gained)].join('\n'),
  );
  if (gained.edges.length + lost.edges.length === 0) output.message('Nothing is otherwise.');
  if (isTruncated) output.message(TOO_LARGE);
}

interface Changes {
  readonly nodeIds: readonly string[];
  readonly edges: LineageGraph['edges'];
}

interface ComparedAsset {
  readonly lineageDiff: {
    readonly nodes: readonly LineageNode[];
    readonly gained: Changes;
    readonly lost: Changes;
    readonly isTruncated: boolean;
  };
}
