import { Injectable } from '@nestjs/common';
import { type Commit, RepositoryService, RevisionService } from '../../catalog/index.js';
import { DomainError } from '../../platform/index.js';

const COMMIT_ID = /^[0-9a-f]{64}$/;

/** Finds the commits that versions of datasets mean, where Cairn versions them. */
@Injectable()
export class PinnedCommits {
  constructor(
    private readonly repositories: RepositoryService,
    private readonly revisions: RevisionService,
  ) {}

  /**
   * The caller of this may see the asset.
   * @param version as the `version` facet named it: only a whole commit id names a commit for ever
   * @returns undefined where Cairn does not version the asset, or does not hold such a commit of it
   */
  async of(assetId: string, version: string | null): Promise<Commit | undefined> {
    if (version === null || !COMMIT_ID.test(version)) return undefined;
    const repository = await this.repositories.ofAsset(assetId);
    if (repository === undefined) return undefined;
    try {
      return await this.revisions.get(repository, version);
    } catch (error) {
      if (error instanceof DomainError && error.kind === 'not-found') return undefined;
      throw error;
    }
  }
}
