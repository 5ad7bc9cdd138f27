import { Module } from '@nestjs/common';
import { CONFIG, type Config } from '../platform/index.js';
import { AccessRequestResolver } from './access/access-request.resolver.js';
import { AccessTargets } from './access/access-target.js';
import { AuditRootsModule } from './audit-roots/audit-roots.module.js';
import { AccessResolver } from './access/access.resolver.js';
import { EmergencyResolver } from './access/emergency.resolver.js';
import { AccessLog } from './access-log/access-log.js';
import { AccessLogRepository } from './access-log/access-log.repository.js';
import { AccessLogResolver } from './access-log/access-log.resolver.js';
import { AccessLogService } from './access-log/access-log.service.js';
import { AccessLogHousekeeping } from './access-log/housekeeping.js';
import { AssetListRepository } from './assets/asset-list.repository.js';
import { AssetRepository } from './assets/asset.repository.js';
import { AssetResolver } from './assets/asset.resolver.js';
import { AssetService } from './assets/asset.service.js';
import { GovernedAssetsModule } from './assets/governed-assets.module.js';
import { Placement } from './assets/placement.js';
import { ClaimRepository } from './classification/claim.repository.js';
import { ClassificationChanges } from './classification/classification-changes.js';
import { ClassificationResolver } from './classification/classification.resolver.js';
import { ClassificationService } from './classification/classification.service.js';
import { ColumnTags } from './classification/column-tags.js';
import { HandTags } from './classification/hand-tags.js';
import { FileScanner } from './classification/scanners/file-scanner.js';
import { ScanRepository } from './classification/scanners/scan.repository.js';
import { ScanService } from './classification/scanners/scan.service.js';
import { EffectiveTags } from './classification/effective-tags.js';
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
import {
  ChangeProfileResolver,
  ContentResolver,
  EntryImportResolver,
  EntryProfileResolver,
} from './content/content.resolver.js';
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
import { ContentMerger } from './merging/content-merger.js';
import { LocalCopies } from './merging/local-copies.js';
import { RowDiffService } from './merging/row-diff.service.js';
import { RowKeysRepository } from './merging/row-keys.repository.js';
import { RowKeysResolver } from './merging/row-keys.resolver.js';
import { RowKeysService } from './merging/row-keys.service.js';
import { TaskRunner } from './merging/task-runner.js';
import { ImportResolver } from './imports/import.resolver.js';
import { ImportStager } from './imports/import-stager.js';
import { ImportService } from './imports/import.service.js';
import { MaskedFiles } from './obligations/masked-files.js';
import { ObligedContent } from './obligations/obliged-content.js';
import { PreviewResolver } from './obligations/preview.resolver.js';
import { PreviewService } from './obligations/preview.service.js';
import { ReadAccess } from './obligations/read-access.js';
import { Collector } from './gc/collector.js';
import { GcRepository } from './gc/gc.repository.js';
import { GcResolver } from './gc/gc.resolver.js';
import { GcRoots } from './gc/gc-roots.js';
import { GcSchedule } from './gc/gc-schedule.js';
import { GcService } from './gc/gc.service.js';
import { Marker } from './gc/marker.js';
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
import { PlaceRepository } from './staging/place.repository.js';
import { StagingLanes } from './staging/staging-lanes.js';
import { StagingRepository } from './staging/staging.repository.js';
import { StagingResolver } from './staging/staging.resolver.js';
import { StagingService } from './staging/staging.service.js';
import { StagingSweeper } from './staging/staging-sweeper.js';
import { ViewService } from './staging/view.service.js';
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
  PlaceRepository,
  StagingLanes,
  StagingRepository,
  StagingService,
  StagingResolver,
  StagingSweeper,
  ViewService,
  ReadAccess,
  MaskedFiles,
  ObligedContent,
  PreviewService,
  PreviewResolver,
  ContentService,
  ContentResolver,
  EntryProfileResolver,
  EntryImportResolver,
  ChangeProfileResolver,
  ProfileService,
  LocalCopies,
  TaskRunner,
  RowKeysRepository,
  RowKeysService,
  RowKeysResolver,
  RowDiffService,
  ContentMerger,
  UploadService,
  UploadResolver,
  UploadSweeper,
];

const accessLog = [
  AccessLogRepository,
  AccessLog,
  AccessLogService,
  AccessLogResolver,
  AccessLogHousekeeping,
];

const classification = [
  ClaimRepository,
  EffectiveTags,
  HandTags,
  ClassificationChanges,
  ClassificationService,
  ClassificationResolver,
  ColumnTags,
  FileScanner,
  ScanRepository,
  ScanService,
];

const imports = [ImportStager, ImportService, ImportResolver];

const garbage = [GcRepository, GcRoots, Marker, Collector, GcService, GcSchedule, GcResolver];

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
  imports: [AuditRootsModule, GovernedAssetsModule],
  controllers: [ContentController],
  providers: [
    AssetListRepository,
    AssetRepository,
    AssetService,
    Placement,
    AssetResolver,
    AccessResolver,
    AccessTargets,
    AccessRequestResolver,
    EmergencyResolver,
    ...classification,
    ...repositories,
    ...garbage,
    ...imports,
    ...accessLog,
    PackRepository,
    PackedNodeStore,
    PackIndex,
    ...models,
    PackResolver,
    {
      provide: Trees,
      inject: [PackedNodeStore, CONFIG],
      useFactory: (nodes: PackedNodeStore, { CAIRN_TREE_CACHE_BYTES: cacheBytes }: Config) =>
        watchCache(new Trees(nodes, { cacheBytes })),
    },
  ],
  exports: [
    ReadAccess,
    ObligedContent,
    AccessLog,
    AccessLogService,
    AssetService,
    RepositoryService,
    RefService,
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
    GcRoots,
    ClassificationService,
    ClassificationChanges,
    ScanService,
    ColumnTags,
    EffectiveTags,
  ],
})
export class CatalogModule {}
