import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Asset, ASSET_KINDS, AssetService } from '../catalog/index.js';
import type { Principal } from '../identity/index.js';
import { type Page, type PageArgs, pageOf, pageRequest, validate } from '../platform/index.js';
import { Policy } from '../policy/index.js';
import { type Engine, ENGINES, SearchEngines } from './search-engines.js';
import type { SearchFacet, SearchFilter, SearchHit } from './search-index.js';

const QUERY = z.string().trim().min(1, 'must be 1 to 200 characters').max(200, 'must be 1 to 200 characters');

const FILTER = z.object({
  kinds: z.array(z.enum(ASSET_KINDS)).min(1).max(ASSET_KINDS.length).optional(),
  namespace: z.string().min(1).max(200).optional(),
  tag: z.string().min(1).max(200).optional(),
});

const POSITION = z.tuple([z.enum(ENGINES), z.number(), z.uuid()], {
  error: 'must be the endCursor of an earlier page of this search',
});

/** A hit with its asset. */
export type FoundAsset = Omit<SearchHit, 'assetId'> & { readonly asset: Asset };

/** What a search gave. */
export interface Found {
  readonly page: Page<FoundAsset>;
  readonly facets: readonly SearchFacet[];
  readonly engine: Engine;
  readonly isFallback: boolean;
}

/** Finds assets by words, under policy. */
@Injectable()
export class SearchService {
  constructor(
    private readonly engines: SearchEngines,
    private readonly assets: AssetService,
    private readonly policy: Policy,
  ) {}

  /**
   * @param query 1–200 characters
   * @throws {InvalidInputError}
   */
  async search(caller: Principal, query: string, filter: SearchFilter, args: PageArgs): Promise<Found> {
    const text = validate(QUERY, query, 'query');
    const request = pageRequest<readonly [Engine, number, string]>(args, 3);
    const after = request.after === undefined ? undefined : validate(POSITION, request.after, 'after');
    const { plan } = await this.policy.plan(caller, 'list');
    const found = await this.engines.search(
      {
        text,
        filter: validate(FILTER, filter, 'filter'),
        visible: plan,
        first: request.limit,
        after: after === undefined ? undefined : { score: after[1], assetId: after[2] },
      },
      after?.[0],
    );
    const { engine, isFallback, facets } = found;
    const page = pageOf(found.hits, request, (hit) => [engine, hit.score, hit.assetId]);
    // The index is a moment behind: what was reclassified since is asked about again.
    const visible = await this.assets.getVisible(
      caller,
      page.nodes.map(({ assetId }) => assetId),
    );
    const nodes = page.nodes.flatMap(({ assetId, ...hit }) => {
      const asset = visible.get(assetId);
      return asset === undefined ? [] : [{ ...hit, asset }];
    });
    return { page: { nodes, pageInfo: page.pageInfo }, facets, engine, isFallback };
  }
}
