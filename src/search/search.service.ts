import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Asset, ASSET_CHANGED, ASSET_KINDS, AssetService } from '../catalog/index.js';
import type { Principal } from '../identity/index.js';
import { Outbox, type Page, type PageArgs, pageOf, pageRequest, validate } from '../platform/index.js';
import { Policy, systemResource } from '../policy/index.js';
import { DocumentRepository } from './document.repository.js';
import {
  SEARCH_INDEX,
  type SearchFacet,
  type SearchFilter,
  type SearchHit,
  type SearchIndex,
} from './search-index.js';

const QUERY = z.string().trim().min(1, 'must be 1 to 200 characters').max(200, 'must be 1 to 200 characters');

const FILTER = z.object({
  kinds: z.array(z.enum(ASSET_KINDS)).min(1).max(ASSET_KINDS.length).optional(),
  namespace: z.string().min(1).max(200).optional(),
  tag: z.string().min(1).max(200).optional(),
});

const POSITION = z.tuple([z.number(), z.uuid()], {
  error: 'must be the endCursor of an earlier page of this search',
});

/** A hit with its asset. */
export type FoundAsset = Omit<SearchHit, 'assetId'> & { readonly asset: Asset };

/** What a search gave. */
export interface Found {
  readonly page: Page<FoundAsset>;
  readonly facets: readonly SearchFacet[];
}

/** Finds assets by words, under policy. */
@Injectable()
export class SearchService {
  constructor(
    @Inject(SEARCH_INDEX) private readonly index: SearchIndex,
    private readonly documents: DocumentRepository,
    private readonly assets: AssetService,
    private readonly policy: Policy,
    outbox: Outbox,
  ) {
    outbox.handle(ASSET_CHANGED, ({ payload }) => this.follow(String(payload['assetId'])));
  }

  /**
   * @param query 1–200 characters
   * @throws {InvalidInputError}
   */
  async search(caller: Principal, query: string, filter: SearchFilter, args: PageArgs): Promise<Found> {
    const text = validate(QUERY, query, 'query');
    const request = pageRequest<readonly [number, string]>(args, 2);
    const after = request.after === undefined ? undefined : validate(POSITION, request.after, 'after');
    const { plan } = await this.policy.plan(caller, 'list');
    const result = await this.index.search({
      text,
      filter: validate(FILTER, filter, 'filter'),
      visible: plan,
      first: request.limit,
      after: after === undefined ? undefined : { score: after[0], assetId: after[1] },
    });
    const page = pageOf(result.hits, request, (hit) => [hit.score, hit.assetId]);
    // The index is a moment behind: what was reclassified since is asked about again.
    const visible = await this.assets.getVisible(
      caller,
      page.nodes.map(({ assetId }) => assetId),
    );
    const nodes = page.nodes.flatMap(({ assetId, ...hit }) => {
      const asset = visible.get(assetId);
      return asset === undefined ? [] : [{ ...hit, asset }];
    });
    return { page: { nodes, pageInfo: page.pageInfo }, facets: result.facets };
  }

  /** Builds the index anew from the catalog. @returns how many assets it knows */
  async rebuild(caller: Principal): Promise<number> {
    await this.policy.authorize(caller, 'administer', { ...systemResource('outbox'), name: 'search' });
    return this.index.replaceAll(this.documents.all());
  }

  /** Brings the index up to date with an asset. */
  private async follow(assetId: string): Promise<void> {
    const documents = await this.documents.find([assetId]);
    if (documents.length > 0) await this.index.upsert(documents);
    else await this.index.remove([assetId]);
  }
}
