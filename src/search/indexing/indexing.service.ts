import { Injectable } from '@nestjs/common';
import { ASSET_CHANGED } from '../../catalog/index.js';
import type { Principal } from '../../identity/index.js';
import { Outbox } from '../../platform/index.js';
import { Policy, systemResource } from '../../policy/index.js';
import { PostgresSearchIndex } from '../drivers/postgres/postgres-search-index.js';
import { DocumentRepository } from './document.repository.js';
import { IndexFollower } from './index-follower.js';
import { PendingRepository } from './pending.repository.js';

/** Keeps the index of PostgreSQL up to date with the catalog, and lets Elasticsearch follow. */
@Injectable()
export class IndexingService {
  constructor(
    private readonly index: PostgresSearchIndex,
    private readonly follower: IndexFollower,
    private readonly pending: PendingRepository,
    private readonly documents: DocumentRepository,
    private readonly policy: Policy,
    outbox: Outbox,
  ) {
    outbox.handleMany(ASSET_CHANGED, (messages) =>
      this.follow([...new Set(messages.map(({ payload }) => String(payload['assetId'])))]),
    );
  }

  /**
   * Builds all indices anew from the catalog. For administrators.
   * @returns how many assets they know
   * @throws {SearchRebuildDueError} PostgreSQL's was built, and Elasticsearch's will be
   */
  async rebuild(caller: Principal): Promise<number> {
    await this.policy.authorize(caller, 'administer', { ...systemResource('outbox'), name: 'search' });
    const count = await this.index.replaceAll(this.documents.all(), await this.pending.nextVersion());
    await this.follower.rebuild();
    return count;
  }

  private async follow(assetIds: readonly string[]): Promise<void> {
    const version = await this.pending.nextVersion();
    const documents = await this.documents.find(assetIds);
    const found = new Set(documents.map(({ assetId }) => assetId));
    await this.index.upsert(documents, version);
    await this.index.remove(
      assetIds.filter((id) => !found.has(id)),
      version,
    );
    this.follower.wake();
  }
}
