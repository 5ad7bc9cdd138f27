import { describeNode, type LineageGraph } from './tree.js';

const SHAPES: Readonly<Record<string, string>> = { job: 'box', endpoint: 'box', workload: 'box' };

/** A graph in Graphviz's language, data from left to right; what people alone say is dashed. Source: Graphviz, "DOT Language". */
export function formatDot({ nodes, edges }: LineageGraph): string {
  const lines = nodes.map((node) => {
    const shape = node.asset === null ? 'point' : (SHAPES[node.asset.kind] ?? 'ellipse');
    return `  ${quote(node.id)} [shape=${shape}, label=${quote(describeNode(node))}];`;
  });
  const arrows = edges.map(
    ({ from, to, evidence }) =>
      `  ${quote(from)} -> ${quote(to)}${evidence === 'manual' ? ' [style=dashed]' : ''};`,
  );
  return ['digraph lineage {', '  rankdir=LR;', ...lines, ...arrows, '}'].join('\n');
}

/** A quoted identifier: only `"` needs an escape, and a backslash would begin one. */
function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', ' ')}"`;
}
