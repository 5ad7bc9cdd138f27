import { NO_JOB, type StatementKind } from '../../projection/facts.js';
import type { AssetStep } from '../graph.repository.js';
import { assetOfPlace, viaOfPlace } from '../places.js';
import type { Way } from '../traversal.js';
import { Classes } from './classes.js';
import { Ids } from './ids.js';
import { Links } from './links.js';
import { Pairs } from './pairs.js';

/** An edge that was found: all by number. */
interface Found {
  readonly near: number;
  readonly far: number;
  /** The dataset by which a job was come to, where that counts; -1 where it does not. */
  readonly via: number;
  readonly place: string;
}

/** Assets and the edges between them, in memory, with when they hold. */
export class AssetGraph {
  readonly ids = new Ids();
  readonly classes = new Classes();
  readonly links = new Links(2);
  readonly pairs: Pairs;
  private readonly key = new Int32Array(2);

  constructor() {
    this.pairs = new Pairs(this.ids.add(NO_JOB));
  }

  get bytes(): number {
    return this.ids.bytes + this.classes.bytes + this.links.bytes + this.pairs.bytes;
  }

  /** @param text see `Classes.set` */
  setClass(assetId: string, text: string | undefined): void {
    this.classes.set(this.ids.add(assetId), text);
  }

  /** @param intervals see `Validity.set` */
  setEdge(sourceId: string, targetId: string, intervals: readonly number[]): void {
    this.key[0] = this.ids.add(sourceId);
    this.key[1] = this.ids.add(targetId);
    this.links.set(this.key, intervals);
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
    return found.slice(0, limit).map(({ near, far, place }) => {
      const [nearId, farId] = [assetOfPlace(place), textOf(far)];
      const farPlace = this.pairs.isNarrowed(far, instant) ? `${farId} ${textOf(near)}` : farId;
      return way === 'downstream'
        ? { sourceId: nearId, targetId: farId, from: place, to: farPlace }
        : { sourceId: farId, targetId: nearId, from: farPlace, to: place };
    });
  }

  private leaving(place: string, way: Way, instant: number): Found[] {
    const near = this.ids.find(assetOfPlace(place));
    if (near < 0) return [];
    const viaId = viaOfPlace(place);
    const via = viaId === undefined ? -1 : this.ids.find(viaId);
    const found: Found[] = [];
    this.each(near, via, way, instant, (far) => found.push({ near, far, via, place }));
    return found;
  }

  /**
   * Calls `take` with each neighbour of an asset.
   * @param via the dataset by which a job was come to, where statements say what flows from it; -1 where it does not count
   */
  each(near: number, via: number, way: Way, instant: number, take: (far: number) => void): void {
    const isOut = way === 'downstream';
    const { links, pairs } = this;
    for (let edge = links.first(near, isOut); edge >= 0; edge = links.next(edge, isOut)) {
      if (!links.validity.holds(edge, instant)) continue;
      const far = isOut ? links.target(edge) : links.source(edge);
      if (via >= 0) {
        const [input, output] = isOut ? [via, far] : [far, via];
        if (!pairs.flows(near, input, output, instant)) continue;
      }
      take(far);
    }
  }
}
