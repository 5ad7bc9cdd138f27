import { describeGroup, type LineageGroups } from './group.js';
import { describeNode, type LineageGraph, type LineageNode } from './tree.js';

const SHAPES: Readonly<Record<string, string>> = { job: 'box', endpoint: 'box', workload: 'box' };

/** A graph in Graphviz's language, data from left to right; what people alone say is dashed. Source: Graphviz, "DOT Language". */
export function formatDot({ nodes, edges }: LineageGraph): string {
  const arrows = edges.map(
    ({ from, to, evidence }) =>
      `  ${quote(from)} -> ${quote(to)}${evidence === 'manual' ? ' [style=dashed]' : ''};`,
  );
  return ['digraph lineage {', '  rankdir=LR;', ...nodes.map(nodeLine), ...arrows, '}'].join('\n');
}

/** A graph of groups: those that are expanded are frames around their nodes, and each arrow tells how many edges it stands for. */
export function formatGroupsDot({ start, groups, edges }: LineageGroups): string {
  const ends = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const lines = groups.flatMap((group) => {
    const { key, isExpanded, nodes } = group;
    const own = `  ${quote(key)} [shape=folder, label=${quote(describeGroup(group))}];`;
    if (!isExpanded) return [own];
    const frame = [`  subgraph ${quote(`cluster_${key}`)} {`, `  label=${quote(group.label)};`];
    return [...frame, ...nodes.map(nodeLine), ...(ends.has(key) ? [own] : []), '  }'];
  });
  const arrows = edges.map(({ from, to, count }) => `  ${quote(from)} -> ${quote(to)} [label=${count}];`);
  return ['digraph lineage {', '  rankdir=LR;', nodeLine(start), ...lines, ...arrows, '}'].join('\n');
}

function nodeLine(node: LineageNode): string {
  const shape = node.asset === null ? 'point' : (SHAPES[node.asset.kind] ?? 'ellipse');
  return `  ${quote(node.id)} [shape=${shape}, label=${quote(describeNode(node))}];`;
}

/** A quoted identifier: only `"` needs an escape, and a backslash would begin one. */
function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', ' ')}"`;
}
