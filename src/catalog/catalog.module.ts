import { Module } from '@nestjs/common';
import { CONFIG, type Config } from '../platform/index.js';
import { AccessResolver } from './access/access.resolver.js';
import { AssetRepository } from './assets/asset.repository.js';
import { AssetResolver } from './assets/asset.resolver.js';
import { AssetService } from './assets/asset.service.js';
import { Placement } from './assets/placement.js';
import { CommitRepository } from './commits/commit.repository.js';
import { CommitResolver } from './commits/commit.resolver.js';
import { CommitService } from './commits/commit.service.js';
import { CommitWriter } from './commits/commit-writer.js';
import { MergeService } from './commits/merge.service.js';
import { RevisionService } from './commits/revision.service.js';
import { ContentController } from './content/content.controller.js';
import { ChangeProfileResolver, ContentResolver, EntryProfileResolver } from './content/content.resolver.js';
import { ContentService } from './content/content.service.js';
import { ProfileService } from './content/profile.service.js';
import { watchCache } from './packs/metrics.js';
import { PackIndex } from './packs/pack-index.js';
import { PackResolver } from './packs/pack.resolver.js';
import { PackRepository } from './packs/pack.repository.js';
import { PackedNodeStore } from './packs/packed-node-store.js';
import { RefRepository } from './refs/ref.repository.js';
import { RefResolver } from './refs/ref.resolver.js';
import { RefService } from './refs/ref.service.js';
import { RepositoryRepository } from './repositories/repository.repository.js';
import { AssetRepositoryResolver, RepositoryResolver } from './repositories/repository.resolver.js';
import { RepositoryService } from './repositories/repository.service.js';
import { Trees } from './trees/index.js';
import { UploadResolver } from './uploads/upload.resolver.js';
import { UploadService } from './uploads/upload.service.js';
import { UploadSweeper } from './uploads/upload-sweeper.js';

const repositories = [
  RepositoryRepository,
  RepositoryService,
  RepositoryResolver,
  AssetRepositoryResolver,
  RefRepository,
  RefService,
  RefResolver,
  CommitRepository,
  CommitWriter,
  CommitService,
  CommitResolver,
  MergeService,
  RevisionService,
  ContentService,
  ContentResolver,
  EntryProfileResolver,
  ChangeProfileResolver,
  ProfileService,
  UploadService,
  UploadResolver,
  UploadSweeper,
];

@Module({
  controllers: [ContentController],
  providers: [
    AssetRepository,
    AssetService,
    Placement,
    AssetResolver,
    AccessResolver,
    ...repositories,
    PackRepository,
    PackedNodeStore,
    PackIndex,
    PackResolver,
    {
      provide: Trees,
      inject: [PackedNodeStore, CONFIG],
      useFactory: (nodes: PackedNodeStore, { CAIRN_TREE_CACHE_BYTES: cacheBytes }: Config) =>
        watchCache(new Trees(nodes, { cacheBytes })),
    },
  ],
  exports: [AssetService, RepositoryService, CommitService, RevisionService, ContentService, ProfileService],
})
export class CatalogModule {}
