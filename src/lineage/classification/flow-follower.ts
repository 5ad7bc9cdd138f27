import { FlowEdges } from './flow/flow-edges.js';
import { Flows, type TagAt } from './flow/flows.js';
import type { Barrier } from './flow/declassifier.js';
import type { FlowRepository, HeldTag } from './flow.repository.js';
import type { FlowGraph } from './flow-source.js';

/** A classification at a place, by names. */
export interface NamedTag {
  readonly assetId: string;
  readonly column: string;
  readonly tag: string;
}

/** A part of what has to be written down, and how to say that it was. */
export interface FlowChange {
  readonly added: readonly NamedTag[];
  readonly removed: readonly NamedTag[];
  settled(): void;
}

/** Holds where classifications flow in one graph, and follows what it depends on. */
export class FlowFollower {
  private readonly flows = new Flows();
  private barriers: readonly Barrier[] = [];
  private snapshot: string | undefined;

  constructor(
    private readonly graph: FlowGraph,
    private readonly rows: FlowRepository,
  ) {}

  isOf(graph: FlowGraph): boolean {
    return graph.assets === this.graph.assets && graph.columns === this.graph.columns;
  }

  /** Takes in what changed since the last time; all of it the first time. @returns whether anything may flow otherwise */
  async follow(): Promise<boolean> {
    const snapshot = await this.rows.snapshot();
    const barriers = await this.rows.barriers();
    // What begins or ends by itself is touched once: edges are of the same instant, and not of the millisecond before.
    const now = Date.now();
    const edges = new FlowEdges(this.graph.assets, this.graph.columns, barriers, now);
    if (this.snapshot === undefined) {
      this.graph.touches.take(now);
      this.take(edges, await this.rows.held());
      await this.flows.derive(edges);
    } else {
      const touched = this.touched(edges, this.graph.touches.take(now));
      for (const barrier of differing(this.barriers, barriers))
        for (const asset of edges.around(barrier)) touched.add(asset);
      const changed = await this.rows.changedAssets(this.snapshot);
      for (const asset of this.takeOf(edges, changed, await this.rows.held(changed))) touched.add(asset);
      if (touched.size === 0 && changed.length === 0) {
        this.snapshot = snapshot;
        return false;
      }
      await this.flows.refresh(edges, touched);
    }
    this.barriers = barriers;
    this.snapshot = snapshot;
    return true;
  }

  /** What is to be written down, in parts of so many assets: all additions before any removal. */
  *changes(assetsOfPart: number): Generator<FlowChange> {
    const { added, removed } = this.flows.unsettled();
    for (const [of, all] of [['added', added] as const, ['removed', removed] as const])
      for (const part of this.parts(all, assetsOfPart)) {
        const tags = part.map(({ name }) => name);
        const places = part.map(({ at }) => at);
        yield of === 'added'
          ? { added: tags, removed: [], settled: () => this.flows.settled(places, []) }
          : { added: [], removed: tags, settled: () => this.flows.settled([], places) };
      }
  }

  private *parts(all: readonly TagAt[], assets: number): Generator<{ at: TagAt; name: NamedTag }[]> {
    const edges = this.edges();
    const named = all.map((at) => ({ at, name: { ...edges.nameOf(at.place), tag: at.tag } }));
    named.sort((a, b) => (a.name.assetId < b.name.assetId ? -1 : Number(a.name.assetId > b.name.assetId)));
    let part: typeof named = [];
    let count = 0;
    for (const [i, one] of named.entries()) {
      if (named[i - 1]?.name.assetId !== one.name.assetId && ++count > assets) {
        yield part;
        part = [];
        count = 1;
      }
      part.push(one);
    }
    if (part.length > 0) yield part;
  }

  private edges(): FlowEdges {
    return new FlowEdges(this.graph.assets, this.graph.columns, this.barriers, Date.now());
  }

  private touched(edges: FlowEdges, assetIds: ReadonlySet<string>): Set<number> {
    return new Set([...assetIds].map((id) => edges.assetOf(edges.placeOf(id, ''))));
  }

  private take(edges: FlowEdges, held: readonly HeldTag[]): void {
    const at = ({ assetId, column, tag }: HeldTag): TagAt => ({ place: edges.placeOf(assetId, column), tag });
    this.flows.setRoots([], held.filter(({ isOwn }) => isOwn).map(at));
    this.flows.setWritten([], held.filter(({ isFlowed }) => isFlowed).map(at));
  }

  /** @returns assets of which something else is said than before */
  private takeOf(edges: FlowEdges, assetIds: readonly string[], held: readonly HeldTag[]): number[] {
    const at = ({ assetId, column, tag }: HeldTag): TagAt => ({ place: edges.placeOf(assetId, column), tag });
    const byAsset = new Map<string, HeldTag[]>(assetIds.map((id) => [id, []]));
    for (const one of held) byAsset.get(one.assetId)?.push(one);
    return [...byAsset].flatMap(([id, own]) => {
      const roots = own.filter(({ isOwn }) => isOwn).map(at);
      const written = own.filter(({ isFlowed }) => isFlowed).map(at);
      const asset = edges.assetOf(edges.placeOf(id, ''));
      const places = edges.placesOf(asset);
      this.flows.setWritten(places, written);
      return this.flows.setRoots(places, roots) ? [asset] : [];
    });
  }
}

/** Barriers of one list only. */
function differing(before: readonly Barrier[], after: readonly Barrier[]): Barrier[] {
  const textOf = (barrier: Barrier): string => JSON.stringify(barrier);
  const [old, now] = [new Set(before.map(textOf)), new Set(after.map(textOf))];
  return [...before.filter((one) => !now.has(textOf(one))), ...after.filter((one) => !old.has(textOf(one)))];
}
