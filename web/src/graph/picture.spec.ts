import { describe, expect, it } from 'vitest';
import type { AssetSummary, LineageGraph, LineageNode } from '../api/types.js';
import { composePicture, type Neighbourhood, type Picture } from './picture.js';

const visible = (id: string): LineageNode => ({
  id,
  isOpaque: false,
  asset: { id, identityName: id } as AssetSummary,
});
const hidden = (id: string): LineageNode => ({ id, isOpaque: true, asset: null });
const graph = (nodes: LineageNode[], ...edges: [string, string][]): LineageGraph => ({
  nodes,
  edges: edges.map(([from, to]) => ({ from, to })),
  isTruncated: false,
});
const around = (
  center: string,
  depth: number,
  of: LineageGraph,
  direction: Neighbourhood['direction'] = 'both',
): Neighbourhood => ({
  center,
  depth,
  direction,
  graph: of,
});
const more = (picture: Picture, id: string) => picture.nodes.find((node) => node.id === id)?.mayHaveMore;

describe('the picture of a graph', () => {
  const chain = graph(['a', 'b', 'c'].map(visible), ['a', 'b'], ['b', 'c']);

  it('offers to expand the sides that no answer reached beyond', () => {
    const picture = composePicture([around('b', 1, chain)]);
    expect(more(picture, 'b')).toEqual({ upstream: false, downstream: false });
    expect(more(picture, 'a')).toEqual({ upstream: true, downstream: true });
    expect(more(picture, 'c')).toEqual({ upstream: true, downstream: true });
  });

  it('knows the far side of nodes nearer than the depth', () => {
    const picture = composePicture([around('a', 2, chain, 'downstream')]);
    expect(more(picture, 'a')).toEqual({ upstream: true, downstream: false });
    expect(more(picture, 'b')).toEqual({ upstream: true, downstream: false });
    expect(more(picture, 'c')).toEqual({ upstream: true, downstream: true });
  });

  it('adds the neighbours of an expanded node once, and stops offering that side', () => {
    const expansion = graph([visible('c'), visible('d')], ['c', 'd']);
    const picture = composePicture([around('b', 1, chain), around('c', 1, expansion, 'downstream')]);
    expect(picture.nodes.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
    expect(picture.edges).toHaveLength(3);
    expect(more(picture, 'c')).toEqual({ upstream: true, downstream: false });
  });

  it('keeps hidden nodes connected, without a name and without anything to expand', () => {
    const picture = composePicture([around('b', 1, graph([hidden('h1'), visible('b')], ['h1', 'b']))]);
    const node = picture.nodes.find(({ id }) => id === 'h1')!;
    expect(node).toMatchObject({
      isOpaque: true,
      asset: null,
      mayHaveMore: { upstream: false, downstream: false },
    });
    expect(picture.edges).toEqual([{ from: 'h1', to: 'b' }]);
  });

  it('draws no edge to a node that was cut off, and tells that the graph was cut', () => {
    const cut = { ...graph([visible('b')], ['b', 'gone']), isTruncated: true };
    expect(composePicture([around('b', 1, cut)])).toMatchObject({ edges: [], isTruncated: true });
  });

  it('is finished on a cycle', () => {
    const cycle = graph([visible('a'), visible('b')], ['a', 'b'], ['b', 'a']);
    expect(composePicture([around('a', 10, cycle)]).nodes).toHaveLength(2);
  });
});
