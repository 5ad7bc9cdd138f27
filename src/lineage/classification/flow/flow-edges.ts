import type { AssetGraph } from '../../graph/memory/asset-graph.js';
import type { ColumnGraph } from '../../graph/memory/column-graph.js';
import { ALL_COLUMNS } from '../../projection/facts.js';
import { type Barrier, covers } from './declassifier.js';

/** An asset as a whole, or a column, by number: where classifications are. Twice the asset's number, or twice the column's and one. */
export type Place = number;

export const placeOfAsset = (asset: number): Place => asset * 2;
export const isColumn = (place: Place): boolean => (place & 1) === 1;

/** Barriers for one classification, by number. */
interface Barriers {
  readonly jobs: Set<number>;
  readonly places: Set<Place>;
  readonly assets: Set<number>;
  readonly edges: Set<string>;
}

/** Of a dataset as a whole, by a job. */
interface TableStep {
  /** -1 for an edge between datasets that people add. */
  readonly job: number;
  readonly target: number;
}

/**
 * What classifications flow along now. Those of a column along the direct edges of columns that do not mask; where a job reads a dataset and
 * writes another and nothing is known of their columns, from all of the one to the other as a whole. A dataset as a whole is each of its
 * columns.
 */
export class FlowEdges {
  private readonly barriers = new Map<string, Barriers>();
  private readonly steps = new Map<number, readonly TableStep[]>();

  /** @param now in milliseconds: when edges hold */
  constructor(
    private readonly assets: AssetGraph,
    private readonly columns: ColumnGraph,
    private readonly declared: readonly Barrier[],
    private readonly now: number,
  ) {}

  assetOf(place: Place): number {
    return isColumn(place) ? this.columns.assetOf(place >>> 1) : place >>> 1;
  }

  /** The number of a place. @param column empty, or `*`, for the asset as a whole */
  placeOf(assetId: string, column: string): Place {
    if (column === '' || column === ALL_COLUMNS) return placeOfAsset(this.assets.ids.add(assetId));
    return this.columns.add({ assetId, column }) * 2 + 1;
  }

  /** @returns the asset's id and the column's name, empty for the asset as a whole */
  nameOf(place: Place): { readonly assetId: string; readonly column: string } {
    const assetId = this.assets.ids.textOf(this.assetOf(place));
    return { assetId, column: isColumn(place) ? this.columns.nameOf(place >>> 1) : '' };
  }

  /** All places of an asset. */
  placesOf(asset: number): Place[] {
    const whole = this.columns.wholeOf(asset);
    const columns = this.columns.columnsOf(asset).filter((column) => column !== whole);
    return [placeOfAsset(asset), ...columns.map((column) => column * 2 + 1)];
  }

  /** Calls `take` with each place that a classification flows to from a place. @param job by which job; -1 for none */
  out(place: Place, tag: string, take: (target: Place, job: number) => void): void {
    const barriers = this.barriersOf(tag);
    const asset = this.assetOf(place);
    if (isColumn(place)) {
      this.alongColumn(place >>> 1, asset, barriers, take);
      const whole = this.columns.wholeOf(asset);
      if (whole >= 0) this.alongColumn(whole, asset, barriers, take);
    } else
      for (const column of this.columns.columnsOf(asset)) this.alongColumn(column, asset, barriers, take);
    for (const { job, target } of this.stepsOf(asset)) {
      const to = placeOfAsset(target);
      if (!this.stops(barriers, job, asset, to)) take(to, job);
    }
  }

  /** Datasets from which something may flow to an asset; some of which perhaps nothing does. */
  upstream(asset: number): Set<number> {
    const found = new Set<number>();
    const { links } = this.columns;
    for (const column of this.columns.columnsOf(asset))
      for (let edge = links.first(column, false); edge >= 0; edge = links.next(edge, false))
        if (this.columns.isPlain(edge, this.now)) found.add(this.columns.assetOf(links.source(edge)));
    this.assets.each(asset, -1, 'upstream', this.now, (near) => {
      if (this.isData(near)) found.add(near);
      else
        this.assets.each(near, -1, 'upstream', this.now, (far) => {
          if (this.isData(far)) found.add(far);
        });
    });
    return found;
  }

  /** An asset, or the datasets that it writes where it is a job. */
  dataAt(asset: number): number[] {
    if (this.isData(asset)) return [asset];
    const outputs: number[] = [asset];
    this.assets.each(asset, -1, 'downstream', this.now, (far) => outputs.push(far));
    return outputs;
  }

  /** What a barrier may have to do with: for the job also the datasets of which columns follow by it, though it is not said to write them. */
  around({ kind, assetId, targetId }: Barrier): number[] {
    const { ids } = this.assets;
    const found = [ids.add(assetId), ...(targetId === null ? [] : [ids.add(targetId)])];
    if (kind !== 'job') return found;
    const { links } = this.columns;
    const targets = new Set<number>();
    for (let edge = 0; edge < links.size; edge++)
      if (this.columns.jobOf(edge) === found[0]) targets.add(this.columns.assetOf(links.target(edge)));
    return [...found, ...targets];
  }

  isData(asset: number): boolean {
    const kind = this.assets.classes.of(asset)?.kind;
    return kind === 'dataset' || kind === 'model';
  }

  private alongColumn(
    column: number,
    asset: number,
    barriers: Barriers | undefined,
    take: (target: Place, job: number) => void,
  ): void {
    const { links } = this.columns;
    for (let edge = links.first(column, true); edge >= 0; edge = links.next(edge, true)) {
      if (!this.columns.isPlain(edge, this.now)) continue;
      const target = links.target(edge);
      const targetAsset = this.columns.assetOf(target);
      const isWhole = target === this.columns.wholeOf(targetAsset);
      const to = isWhole ? placeOfAsset(targetAsset) : target * 2 + 1;
      const job = this.columns.jobOf(edge);
      if (!this.stops(barriers, job, asset, to)) take(to, job);
    }
  }

  private stepsOf(asset: number): readonly TableStep[] {
    const known = this.steps.get(asset);
    if (known !== undefined) return known;
    const steps: TableStep[] = [];
    const inColumns = this.knownColumns(asset);
    const { pairs } = this.assets;
    this.assets.each(asset, -1, 'downstream', this.now, (job, isAdded) => {
      if (this.isData(job)) {
        steps.push({ job: -1, target: job });
        return;
      }
      const via = !isAdded && pairs.isNarrowed(job, this.now) ? asset : -1;
      this.assets.each(job, via, 'downstream', this.now, (target) => {
        if (this.isData(target) && inColumns.get(job)?.has(target) !== true) steps.push({ job, target });
      });
    });
    this.steps.set(asset, steps);
    return steps;
  }

  /** By job the datasets of which it is known how their columns follow from this one's. */
  private knownColumns(asset: number): Map<number, Set<number>> {
    const known = new Map<number, Set<number>>();
    const { links } = this.columns;
    for (const column of this.columns.columnsOf(asset))
      for (let edge = links.first(column, true); edge >= 0; edge = links.next(edge, true)) {
        if (!links.validity.holds(edge, this.now)) continue;
        const job = this.columns.jobOf(edge);
        const targets = known.get(job) ?? new Set();
        known.set(job, targets.add(this.columns.assetOf(links.target(edge))));
      }
    return known;
  }

  private stops(barriers: Barriers | undefined, job: number, source: number, target: Place): boolean {
    if (barriers === undefined) return false;
    const asset = this.assetOf(target);
    return (
      barriers.jobs.has(job) ||
      barriers.places.has(target) ||
      barriers.assets.has(asset) ||
      barriers.edges.has(`${source} ${asset}`)
    );
  }

  private barriersOf(tag: string): Barriers | undefined {
    if (this.declared.length === 0) return undefined;
    let barriers = this.barriers.get(tag);
    if (barriers !== undefined) return barriers;
    barriers = { jobs: new Set(), places: new Set(), assets: new Set(), edges: new Set() };
    for (const one of this.declared) {
      if (!covers(one.tag, tag)) continue;
      const asset = this.assets.ids.add(one.assetId);
      if (one.kind === 'job') barriers.jobs.add(asset);
      else if (one.kind === 'edge') barriers.edges.add(`${asset} ${this.assets.ids.add(one.targetId!)}`);
      else if (one.column === '') barriers.assets.add(asset);
      else barriers.places.add(this.placeOf(one.assetId, one.column));
    }
    this.barriers.set(tag, barriers);
    return barriers;
  }
}
