import { Injectable } from '@nestjs/common';
import { type AssetFilter, AssetService } from '../../catalog/index.js';
import type { Principal } from '../../identity/index.js';
import { GraphRepository } from './graph.repository.js';

/** Which assets of a graph are shown; absent means any. */
export interface LineageFilter extends AssetFilter {
  /** Of jobs: one of the words of their `jobType` facet, e.g. `STREAMING` or `SPARK`. What is no job is not held to it. */
  readonly jobType?: string | undefined;
  /** Whether an event named an edge of theirs since then. */
  readonly seenSince?: Date | undefined;
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

  /** How many there are, by kind. @param idList ids as PostgreSQL writes an array @throws {InvalidInputError} */
  async count(
    caller: Principal,
    idList: string,
    filter: LineageFilter,
  ): ReturnType<AssetService['countVisible']> {
    const { jobType, seenSince, ...ofCatalog } = filter;
    if (jobType === undefined && seenSince === undefined)
      return this.assets.countVisible(caller, idList, ofCatalog);
    const found = await this.rows.matching(idList, jobType, seenSince);
    return this.assets.countVisible(caller, `{${found.join(',')}}`, ofCatalog);
  }
}
