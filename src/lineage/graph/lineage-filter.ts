import { Injectable } from '@nestjs/common';
import { type AssetClass, type AssetFilter, type AssetKind, AssetService } from '../../catalog/index.js';
import type { Principal } from '../../identity/index.js';
import type { Reached } from './graph.js';
import { GraphRepository } from './graph.repository.js';

/** Which assets of a graph are shown; absent means any. */
export interface LineageFilter extends AssetFilter {
  /** Of jobs: one of the words of their `jobType` facet, e.g. `STREAMING` or `SPARK`. What is no job is not held to it. */
  readonly jobType?: string | undefined;
  /** Whether an event named an edge of theirs since then. */
  readonly seenSince?: Date | undefined;
}

/** Assets by kind. */
export interface KindCount {
  readonly kind: AssetKind;
  readonly count: number;
}

/** What a filter shows to its caller of all that was reached. */
export interface ReachedShown {
  /** In the order of kinds. */
  count(): Promise<readonly KindCount[]>;
  /** Ids at so many hops. */
  at(distance: number): Promise<readonly string[]>;
}

/** Finds the assets of a graph that a filter shows, among those that the caller may see: what may not be seen matches nothing. */
@Injectable()
export class LineageFilters {
  constructor(
    private readonly assets: AssetService,
    private readonly rows: GraphRepository,
  ) {}

  /** @throws {InvalidInputError} */
  async matching(caller: Principal, ids: readonly string[], filter: LineageFilter): Promise<string[]> {
    const { jobType, seenSince, ...ofCatalog } = filter;
    const found = await this.assets.visibleIds(caller, ids, ofCatalog);
    return jobType === undefined && seenSince === undefined
      ? found
      : this.rows.matching(`{${found.join(',')}}`, jobType, seenSince);
  }

  /** The same by classes, where what was reached knows of them and no more than them is asked. @throws {InvalidInputError} */
  async of(caller: Principal, reached: Reached, filter: LineageFilter): Promise<ReachedShown> {
    const { jobType, seenSince, ...ofCatalog } = filter;
    const { classes } = reached;
    if (classes === undefined || jobType !== undefined || seenSince !== undefined)
      return {
        count: () => this.count(caller, reached, filter),
        at: (distance) => this.matching(caller, reached.idsAt(distance), filter),
      };
    const shown = await this.assets.shownClasses(caller, ofCatalog);
    const answers = new Map([...classes.keys()].map((one) => [one, shown(one)]));
    const isShown = (of: AssetClass) => answers.get(of) === true;
    const hangsOnName = (of: AssetClass) => answers.get(of) === undefined;
    const areNamesAsked = [...answers.values()].includes(undefined);
    return {
      count: async () => {
        const byName = areNamesAsked
          ? await this.assets.countVisible(caller, reached.idList(hangsOnName), ofCatalog)
          : [];
        const byClass = [...classes].filter(([one]) => isShown(one));
        return summed([...byName, ...byClass.map(([{ kind }, count]) => ({ kind, count }))]);
      },
      at: async (distance) => {
        const ids = reached.idsAt(distance, isShown);
        if (!areNamesAsked) return ids;
        return [...ids, ...(await this.matching(caller, reached.idsAt(distance, hangsOnName), ofCatalog))];
      },
    };
  }

  private async count(caller: Principal, reached: Reached, filter: LineageFilter): Promise<KindCount[]> {
    const { jobType, seenSince, ...ofCatalog } = filter;
    if (jobType === undefined && seenSince === undefined)
      return this.assets.countVisible(caller, reached.idList(), ofCatalog);
    const found = await this.rows.matching(reached.idList(), jobType, seenSince);
    return this.assets.countVisible(caller, `{${found.join(',')}}`, ofCatalog);
  }
}

function summed(counts: readonly KindCount[]): KindCount[] {
  const sums = new Map<AssetKind, number>();
  for (const { kind, count } of counts) sums.set(kind, (sums.get(kind) ?? 0) + count);
  return [...sums].map(([kind, count]) => ({ kind, count })).sort((a, b) => (a.kind < b.kind ? -1 : 1));
}
