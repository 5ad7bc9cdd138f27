import type { Client } from '../api/client.js';
import { UsageError } from '../exit-codes.js';
import type { Session } from '../session.js';
import { formatGroupsDot } from './dot.js';
import type { GraphQuestion } from './graph-pages.js';
import { describeGroup, type LineageGroup, type LineageGroups } from './group.js';
import { describeNode, formatTree } from './tree.js';

const NODE = 'id distance asset { id kind identityNamespace identityName namespace }';
const QUERY = `query LineageGroups($id: ID!, $groupBy: LineageGrouping!, $expand: [ID!], $direction: LineageDirection!, $depth: Int!, $asOf: DateTime, $filter: LineageFilterInput) {
  asset(id: $id) {
    lineageGroups(groupBy: $groupBy, expand: $expand, direction: $direction, depth: $depth, asOf: $asOf, filter: $filter) {
      start { ${NODE} }
      groups { key label counts { kind count } nearest farthest isExpanded nodes { ${NODE} } }
      edges { from to count } isTruncated
    }
  }
}`;

export const GROUPINGS = ['namespace', 'schema', 'jobParent'] as const;

interface GroupedLook {
  readonly groupBy: string;
  /** Labels or keys of groups. */
  readonly expand?: readonly string[] | undefined;
  readonly format: 'tree' | 'dot';
}

/** Shows what lies around an asset in groups. */
export async function showGroups(
  { output }: Session,
  client: Client,
  question: GraphQuestion,
  { groupBy, expand = [], format }: GroupedLook,
): Promise<void> {
  const ask = async (keys: readonly string[]) =>
    (
      await client.ask<{ asset: { lineageGroups: LineageGroups } }>(QUERY, {
        ...question,
        groupBy,
        expand: keys,
      })
    ).asset.lineageGroups;
  const closed = await ask([]);
  const found = expand.length === 0 ? closed : await ask(expand.map((name) => keyOf(closed.groups, name)));
  output.result({ asset: question.id, ...found }, () =>
    format === 'dot' ? formatGroupsDot(found) : formatGroups(found, question.direction),
  );
  if (found.isTruncated)
    output.message('There is more than was looked at. Choose one direction or a smaller depth.');
}

/** @throws {UsageError} */
function keyOf(groups: readonly LineageGroup[], name: string): string {
  const group = groups.find(({ key, label }) => key === name || label === name);
  if (group === undefined)
    throw new UsageError(
      `--expand ${JSON.stringify(name)}: there is no such group, see its labels without --expand`,
    );
  return group.key;
}

function formatGroups({ start, groups, edges }: LineageGroups, direction: string): string {
  const names = new Map(
    [start, ...groups.flatMap(({ nodes }) => nodes)].map((node) => [node.id, describeNode(node)]),
  );
  for (const group of groups) names.set(group.key, describeGroup(group));
  const graph = {
    nodes: [...names.keys()].map((id) => ({ id })),
    edges: edges.filter(({ from, to }) => from !== to),
  };
  const directions = direction === 'both' ? (['upstream', 'downstream'] as const) : [direction as 'upstream'];
  return directions
    .map((each) => `${each}\n${formatTree(graph, start.id, each, (node) => names.get(node?.id ?? '')!)}`)
    .join('\n\n');
}
