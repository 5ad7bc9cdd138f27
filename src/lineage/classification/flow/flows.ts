import { setImmediate } from 'node:timers/promises';
import { Flags } from './flags.js';
import type { FlowEdges, Place } from './flow-edges.js';

/** Said of the place itself. */
const ROOT = 1;
/** It flows there. */
const FLOWED = 2;
/** It is written down that it flows there. */
const WRITTEN = 4;

/** Places that are gone on from before others may have their turn. */
const AT_ONCE = 2_000;

/** A classification at a place. */
export interface TagAt {
  readonly place: Place;
  readonly tag: string;
}

/** One classification: where it is, and of which places what is written down may be another thing. */
interface TagFlow {
  readonly flags: Flags;
  readonly unsettled: Set<Place>;
  /** Places of which it was said, and is not any more. */
  readonly lost: Set<Place>;
}

/**
 * Where classifications are that flow from where they are said. The least set that holds all that flows from what is said or in it; kept as
 * edges and roots change, by looking again at what is downstream of the change only.
 */
export class Flows {
  private readonly tags = new Map<string, TagFlow>();

  /** Replaces what is said of some places. @param places all places of an asset @returns whether that is another thing than before */
  setRoots(places: readonly Place[], roots: readonly TagAt[]): boolean {
    let isChanged = false;
    const before = [...this.tags].flatMap(([tag, { flags }]) =>
      places.flatMap((place) => ((flags.get(place) & ROOT) === 0 ? [] : { place, tag })),
    );
    for (const { place, tag } of roots) {
      const { flags } = this.of(tag);
      isChanged ||= (flags.get(place) & ROOT) === 0;
      flags.set(place, ROOT);
    }
    const isStill = new Set(roots.map(({ place, tag }) => `${place} ${tag}`));
    for (const { place, tag } of before) {
      if (isStill.has(`${place} ${tag}`)) continue;
      const { flags, lost } = this.of(tag);
      flags.clear(place, ROOT);
      lost.add(place);
      isChanged = true;
    }
    return isChanged;
  }

  /** Replaces what is written down of some places. */
  setWritten(places: readonly Place[], written: readonly TagAt[]): void {
    for (const { flags, unsettled } of this.tags.values())
      for (const place of places) {
        if (flags.get(place) === 0) continue;
        flags.clear(place, WRITTEN);
        unsettled.add(place);
      }
    for (const { place, tag } of written) {
      const { flags, unsettled } = this.of(tag);
      flags.set(place, WRITTEN);
      unsettled.add(place);
    }
  }

  /** Derives all of it anew. */
  async derive(edges: FlowEdges): Promise<void> {
    for (const [tag, { flags, unsettled, lost }] of this.tags) {
      const roots: Place[] = [];
      lost.clear();
      flags.each((place, found) => {
        if ((found & FLOWED) !== 0) this.unflow(tag, place);
        if ((found & WRITTEN) !== 0) unsettled.add(place);
        if ((found & ROOT) !== 0) roots.push(place);
      });
      await this.spread(edges, tag, roots);
    }
  }

  /**
   * Looks again at what may flow otherwise after changes.
   * @param touched assets of which edges, roots or barriers changed: both ends of an edge
   */
  async refresh(edges: FlowEdges, touched: Iterable<number>): Promise<void> {
    const assets = new Set<number>();
    for (const asset of touched) for (const one of edges.dataAt(asset)) assets.add(one);
    const upstream = new Map<number, Set<number>>();
    const upstreamOf = (asset: number): Set<number> => {
      const known = upstream.get(asset) ?? edges.upstream(asset);
      upstream.set(asset, known);
      return known;
    };
    for (const [tag, { flags, lost }] of this.tags) {
      const affected = new Set(assets);
      const doubtful: Place[] = [...lost];
      lost.clear();
      for (const asset of assets)
        for (const place of edges.placesOf(asset))
          if ((flags.get(place) & FLOWED) !== 0) {
            this.unflow(tag, place);
            doubtful.push(place);
          }
      await inTurns(doubtful, (place, add) => {
        affected.add(edges.assetOf(place));
        if ((flags.get(place) & ROOT) !== 0) return;
        edges.out(place, tag, (target) => {
          if ((flags.get(target) & FLOWED) === 0) return;
          this.unflow(tag, target);
          add(target);
        });
      });
      const sources = new Set(affected);
      for (const asset of affected) for (const source of upstreamOf(asset)) sources.add(source);
      const begin: Place[] = [];
      for (const asset of sources)
        for (const place of edges.placesOf(asset))
          if ((flags.get(place) & (ROOT | FLOWED)) !== 0) begin.push(place);
      await this.spread(edges, tag, begin);
    }
  }

  /** What is not written down as it is. */
  unsettled(): { readonly added: TagAt[]; readonly removed: TagAt[] } {
    const added: TagAt[] = [];
    const removed: TagAt[] = [];
    for (const [tag, { flags, unsettled }] of this.tags)
      for (const place of unsettled) {
        const found = flags.get(place) & (FLOWED | WRITTEN);
        if (found === FLOWED) added.push({ place, tag });
        else if (found === WRITTEN) removed.push({ place, tag });
        else unsettled.delete(place);
      }
    return { added, removed };
  }

  /** These were written down as they are. */
  settled(added: readonly TagAt[], removed: readonly TagAt[]): void {
    for (const { place, tag } of added) this.of(tag).flags.set(place, WRITTEN);
    for (const { place, tag } of removed) this.of(tag).flags.clear(place, WRITTEN);
  }

  /** Where a classification flows to. */
  flowed(): TagAt[] {
    const found: TagAt[] = [];
    for (const [tag, { flags }] of this.tags)
      flags.each((place, held) => {
        if ((held & FLOWED) !== 0) found.push({ place, tag });
      });
    return found;
  }

  private async spread(edges: FlowEdges, tag: string, from: readonly Place[]): Promise<void> {
    const { flags, unsettled } = this.of(tag);
    await inTurns([...from], (place, add) =>
      edges.out(place, tag, (target) => {
        if ((flags.get(target) & FLOWED) !== 0) return;
        const isKnown = (flags.get(target) & ROOT) !== 0;
        flags.set(target, FLOWED);
        unsettled.add(target);
        // What is said of it has been gone on from, or will be.
        if (!isKnown) add(target);
      }),
    );
  }

  private unflow(tag: string, place: Place): void {
    const { flags, unsettled } = this.of(tag);
    flags.clear(place, FLOWED);
    unsettled.add(place);
  }

  private of(tag: string): TagFlow {
    const known = this.tags.get(tag);
    if (known !== undefined) return known;
    const flow = { flags: new Flags(), unsettled: new Set<Place>(), lost: new Set<Place>() };
    this.tags.set(tag, flow);
    return flow;
  }
}

/** Works through a list that grows meanwhile, and lets others have their turn. */
async function inTurns(
  places: Place[],
  work: (place: Place, add: (place: Place) => void) => void,
): Promise<void> {
  const add = (place: Place): void => void places.push(place);
  for (let at = 0; at < places.length; at++) {
    work(places[at]!, add);
    if (at % AT_ONCE === AT_ONCE - 1) await setImmediate();
  }
}
