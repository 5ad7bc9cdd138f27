import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { CommitModel } from '../../catalog/index.js';
import { Access } from '../../identity/index.js';
import { AssetVersionModel } from '../assets/asset-lineage.model.js';
import { PinnedCommits } from './pinned-commits.js';
import { RunDatasetModel } from './run.model.js';

/** The commit that a run read or wrote. Who sees the dataset may see it. */
@Resolver(() => RunDatasetModel)
export class RunDatasetCommitResolver {
  constructor(private readonly commits: PinnedCommits) {}

  @Access('governed')
  @ResolveField(() => CommitModel, {
    nullable: true,
    description:
      'What the version names, of a repository of Cairn; null where it names no commit that is there.',
  })
  commit(@Parent() { asset, version }: RunDatasetModel): Promise<CommitModel | undefined> | undefined {
    return asset.isOpaque ? undefined : this.commits.of(asset.id, version ?? null);
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
