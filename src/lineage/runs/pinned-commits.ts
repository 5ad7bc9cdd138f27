import { Injectable } from '@nestjs/common';
import {
  AccessLogService,
  type AssetIdentity,
  type Commit,
  RepositoryService,
  RevisionService,
} from '../../catalog/index.js';
import type { Principal } from '../../identity/index.js';
import { DomainError } from '../../platform/index.js';

const COMMIT_ID = /^[0-9a-f]{64}$/;

/** A bucket of the S3 gateway is a repository. */
const BUCKET = /^s3[an]?:\/\/([^/]+)\/?$/;

/** Finds the commits that runs read and wrote, where Cairn versions what they name. */
@Injectable()
export class PinnedCommits {
  constructor(
    private readonly repositories: RepositoryService,
    private readonly revisions: RevisionService,
    private readonly accesses: AccessLogService,
  ) {}

  /**
   * The caller of this may see the asset.
   * @param version as the `version` facet named it: only a whole commit id names a commit for ever
   * @returns undefined where Cairn does not version the asset, or does not hold such a commit of it
   */
  async of(assetId: string, version: string | null): Promise<Commit | undefined> {
    if (version === null || !COMMIT_ID.test(version)) return undefined;
    const repository = await this.repositories.ofAsset(assetId);
    return repository && ifThere(this.revisions.get(repository, version));
  }

  /**
   * What lies behind `REVISION/PATH` in a bucket of the S3 gateway. A revision that is no whole commit id is what was read there while the
   * run ran, by the record of accesses; when that was at several commits, it is not known which was the run's.
   * @param ran from when to when; undefined when that is not known
   * @returns undefined also where the caller may not know of the repository
   */
  async inBucket(
    caller: Principal,
    { identityNamespace, identityName }: AssetIdentity,
    ran: { readonly from: Date; readonly to: Date } | undefined,
  ): Promise<Commit | undefined> {
    const [, name] = BUCKET.exec(identityNamespace) ?? [];
    const key = identityName.replace(/^\/+|\/+$/g, '');
    const [revision] = key.split('/');
    if (name === undefined || revision === undefined) return undefined;
    return ifThere(
      this.repositories.open(caller, name, 'list').then(async ({ repository }) => {
        const id = COMMIT_ID.test(revision)
          ? revision
          : ran && (await this.accesses.commitRead(caller, name, key, ran.from, ran.to));
        return id === undefined ? undefined : this.revisions.get(repository, id);
      }),
    );
  }
}

/** @returns undefined where it is not there, or not for the caller */
async function ifThere<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof DomainError && (error.kind === 'not-found' || error.kind === 'forbidden'))
      return undefined;
    throw error;
  }
}
