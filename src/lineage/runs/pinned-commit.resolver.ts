import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { CommitModel } from '../../catalog/index.js';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { AssetVersionModel } from '../assets/asset-lineage.model.js';
import { PinnedCommits } from './pinned-commits.js';
import { RunDatasetModel } from './run.model.js';
import type { SeenRunDataset } from './run.service.js';

/** The commit that a run read or wrote. Who sees the dataset may see it. */
@Resolver(() => RunDatasetModel)
export class RunDatasetCommitResolver {
  constructor(private readonly commits: PinnedCommits) {}

  @Access('governed')
  @ResolveField(() => CommitModel, {
    nullable: true,
    description:
      'Of a repository of Cairn: the commit that the version names, or that its path in a bucket of the S3 gateway meant while the run read it. Null where that is not known.',
  })
  async commit(
    @Caller() caller: Principal,
    @Parent() { asset: { id, asset }, version, direction, run }: SeenRunDataset,
  ): Promise<CommitModel | undefined> {
    if (asset === null) return undefined;
    const { startedAt, endedAt } = run;
    const ran =
      direction === 'input' && startedAt !== null && endedAt !== null
        ? { from: startedAt, to: endedAt }
        : undefined;
    return (await this.commits.of(id, version)) ?? this.commits.inBucket(caller, asset, ran);
  }
}

/** The commit that a version of an asset is. Who has the asset in hand may see it. */
@Resolver(() => AssetVersionModel)
export class AssetVersionCommitResolver {
  constructor(private readonly commits: PinnedCommits) {}

  @Access('governed')
  @ResolveField(() => CommitModel, {
    nullable: true,
    description:
      'What the version names, of a repository of Cairn; null where it names no commit that is there.',
  })
  commit(@Parent() { assetId, version }: AssetVersionModel): Promise<CommitModel | undefined> {
    return this.commits.of(assetId, version);
  }
}
