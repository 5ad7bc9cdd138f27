import { NO_JOB, type StatementKind } from '../../projection/facts.js';
import type { AssetStep } from '../graph.repository.js';
import { assetOfPlace, viaOfPlace } from '../places.js';
import type { Way } from '../traversal.js';
import { Classes } from './classes.js';
import { Edits } from './edits.js';
import { Ids } from './ids.js';
import { Links } from './links.js';
import { Pairs } from './pairs.js';

/** An edge that was found: all by number. */
interface Found {
  readonly near: number;
  readonly far: number;
  /** The dataset by which a job was come to, where that counts; -1 where it does not. */
  readonly via: number;
  readonly isAdded: boolean;
  readonly place: string;
}

/** Assets and the edges between them, in memory, with when they hold. */
export class AssetGraph {
  readonly ids = new Ids();
  readonly classes = new Classes();
  readonly links = new Links(2);
  readonly edits = new Edits(this.links.validity);
  readonly pairs: Pairs;
  private readonly key = new Int32Array(2);

  constructor() {
    this.pairs = new Pairs(this.ids.add(NO_JOB));
  }

  get bytes(): number {
    return this.ids.bytes + this.classes.bytes + this.links.bytes + this.pairs.bytes + this.edits.bytes;
  }

  /** @param text see `Classes.set` @returns whether it is another kind of asset than before */
  setClass(assetId: string, text: string | undefined): boolean {
    const asset = this.ids.add(assetId);
    const before = this.classes.of(asset)?.kind;
    this.classes.set(asset, text);
    return this.classes.of(asset)?.kind !== before;
  }

  /** @param intervals see `Validity.set` */
  setEdge(sourceId: string, targetId: string, intervals: readonly number[]): void {
    this.key[0] = this.ids.add(sourceId);
    this.key[1] = this.ids.add(targetId);
    this.edits.tell(this.links.set(this.key, intervals), intervals);
  }

  /** Takes an edit by hand, which may be of another edge than before. */
  setEdit(
    id: string,
    action: 'add' | 'remove',
    sourceId: string,
    targetId: string,
    intervals: readonly number[],
  ): void {
    this.key[0] = this.ids.add(sourceId);
    this.key[1] = this.ids.add(targetId);
    const known = this.links.find(this.key);
    this.edits.set(id, known < 0 ? this.links.set(this.key, []) : known, { action, intervals });
  }

  setPair(
    jobId: string,
    outputId: string,
    inputId: string,
    kind: StatementKind,
    intervals: readonly number[],
  ): void {
    const [job, output, input] = [this.ids.add(jobId), this.ids.add(outputId), this.ids.add(inputId)];
    this.pairs.set(job, output, input, kind, intervals);
  }

  /** The same as `GraphRepository.edges`. */
  edges(places: readonly string[], way: Way, limit: number, asOf: Date): AssetStep[] {
    const instant = asOf.getTime();
    const found = places.flatMap((place) => this.leaving(place, way, instant));
    const { ids } = this;
    found.sort(
      (a, b) =>
        ids.compare(a.near, b.near) ||
        ids.compare(a.far, b.far) ||
        // PostgreSQL has NULL last.
        (a.via < 0 ? Number(b.via >= 0) : b.via < 0 ? -1 : ids.compare(a.via, b.via)),
    );
    const texts = new Map<number, string>();
    const textOf = (id: number): string => {
      const known = texts.get(id);
      if (known !== undefined) return known;
      const text = ids.textOf(id);
      texts.set(id, text);
      return text;
    };
    return found.slice(0, limit).map(({ near, far, isAdded, place }) => {
      const [nearId, farId] = [assetOfPlace(place), textOf(far)];
      const isNarrowed = !isAdded && this.pairs.isNarrowed(far, instant);
      const farPlace = isNarrowed ? `${farId} ${textOf(near)}` : farId;
      return way === 'downstream'
        ? { sourceId: nearId, targetId: farId, from: place, to: farPlace }
        : { sourceId: farId, targetId: nearId, from: farPlace, to: place };
    });
  }

  private leaving(place: string, way: Way, instant: number): Found[] {
    const near = this.ids.find(assetOfPlace(place));
    if (near < 0) return [];
    const viaId = viaOfPlace(place);
    // One that nothing is known of has a number too: -1 is for none.
    const via = viaId === undefined ? -1 : this.ids.add(viaId);
    const found: Found[] = [];
    this.each(near, via, way, instant, (far, isAdded) => found.push({ near, far, via, isAdded, place }));
    return found;
  }

  /**
   * Calls `take` with each neighbour of an asset, and whether people add the edge: then statements do not narrow it.
   * @param via the dataset by which a job was come to, where statements say what flows from it; -1 where it does not count
   */
  each(
    near: number,
    via: number,
    way: Way,
    instant: number,
    take: (far: number, isAdded: boolean) => void,
  ): void {
    const isOut = way === 'downstream';
    const { links, pairs, edits } = this;
    for (let edge = links.first(near, isOut); edge >= 0; edge = links.next(edge, isOut)) {
      if (!links.validity.holds(edge, instant)) continue;
      const far = isOut ? links.target(edge) : links.source(edge);
      const isAdded = edits.isAdded(edge, instant);
      if (via >= 0 && !isAdded) {
        const [input, output] = isOut ? [via, far] : [far, via];
        if (!pairs.flows(near, input, output, instant)) continue;
      }
      take(far, isAdded);
    }
  }
}
