import { Module } from '@nestjs/common';
import { OBJECT_STORE, type ObjectStore } from '../storage/index.js';
import { AccessResolver } from './access/access.resolver.js';
import { AssetRepository } from './assets/asset.repository.js';
import { AssetResolver } from './assets/asset.resolver.js';
import { AssetService } from './assets/asset.service.js';
import { Placement } from './assets/placement.js';
import { CheckService } from './checks/check.service.js';
import { BranchService } from './commits/branch.service.js';
import { ChangeReader } from './commits/changes.js';
import { CommitLanes } from './commits/commit-lanes.js';
import { CommitRepository } from './commits/commit.repository.js';
import { CommitResolver } from './commits/commit.resolver.js';
import { CommitService } from './commits/commit.service.js';
import { CommitWriter } from './commits/commit-writer.js';
import { LandingResolver } from './commits/landing.resolver.js';
import { LogService } from './commits/log.service.js';
import { Combiner } from './commits/combiner.js';
import { MergeService } from './commits/merge.service.js';
import { PickService } from './commits/pick.service.js';
import { RevisionService } from './commits/revision.service.js';
import { StagedCommitService } from './commits/staged-commit.service.js';
import { StagedTree } from './commits/staged-tree.js';
import { ContentController } from './content/content.controller.js';
import { ChangeProfileResolver, ContentResolver, EntryProfileResolver } from './content/content.resolver.js';
import { ContentService } from './content/content.service.js';
import { ProfileService } from './content/profile.service.js';
import { ModelFactsService } from './models/model-facts.service.js';
import { ModelMoveService } from './models/model-move.service.js';
import { ModelRegistrationService } from './models/model-registration.service.js';
import { ModelVersionRepository } from './models/model-version.repository.js';
import { ModelVersionResolver } from './models/model-version.resolver.js';
import { ModelVersionService } from './models/model-version.service.js';
import { RegisteredModelRepository } from './models/registered-model.repository.js';
import {
  RegisteredModelResolver,
  RepositoryRegisteredModelResolver,
} from './models/registered-model.resolver.js';
import { RegisteredModelService } from './models/registered-model.service.js';
import { VersionCopies } from './models/version-copies.js';
import { OperationRepository } from './operations/operation.repository.js';
import { OperationResolver } from './operations/operation.resolver.js';
import { OperationRunner } from './operations/operation-runner.js';
import { OperationService } from './operations/operation.service.js';
import { RefRepository } from './refs/ref.repository.js';
import { RefResolver } from './refs/ref.resolver.js';
import { RefService } from './refs/ref.service.js';
import { RepositoryRepository } from './repositories/repository.repository.js';
import { AssetRepositoryResolver, RepositoryResolver } from './repositories/repository.resolver.js';
import { RepositoryService } from './repositories/repository.service.js';
import { StagingRepository } from './staging/staging.repository.js';
import { StagingResolver } from './staging/staging.resolver.js';
import { StagingService } from './staging/staging.service.js';
import { StagingSweeper } from './staging/staging-sweeper.js';
import { ViewService } from './staging/view.service.js';
import { objectNodeStore, Trees } from './trees/index.js';
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
  BranchService,
  ChangeReader,
  CheckService,
  CommitLanes,
  CommitService,
  CommitResolver,
  StagedTree,
  StagedCommitService,
  Combiner,
  MergeService,
  PickService,
  LandingResolver,
  LogService,
  RevisionService,
  OperationRepository,
  OperationRunner,
  OperationService,
  OperationResolver,
  StagingRepository,
  StagingService,
  StagingResolver,
  StagingSweeper,
  ViewService,
  ContentService,
  ContentResolver,
  EntryProfileResolver,
  ChangeProfileResolver,
  ProfileService,
  UploadService,
  UploadResolver,
  UploadSweeper,
];

const models = [
  RegisteredModelRepository,
  RegisteredModelService,
  RegisteredModelResolver,
  RepositoryRegisteredModelResolver,
  ModelVersionRepository,
  ModelVersionService,
  ModelRegistrationService,
  ModelVersionResolver,
  ModelMoveService,
  ModelFactsService,
  VersionCopies,
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
    ...models,
    {
      provide: Trees,
      inject: [OBJECT_STORE],
      useFactory: (objects: ObjectStore) => new Trees(objectNodeStore(objects)),
    },
  ],
  exports: [
    AssetService,
    RepositoryService,
    BranchService,
    CommitService,
    StagedCommitService,
    RevisionService,
    RefService,
    ContentService,
    ProfileService,
    OperationService,
    StagingService,
    ViewService,
    RegisteredModelService,
    ModelVersionService,
    ModelRegistrationService,
    ModelMoveService,
  ],
})
export class CatalogModule {}
