import { Module } from '@nestjs/common';
import { CatalogModule } from '../catalog/index.js';
import { AssetLineageRepository } from './assets/asset-lineage.repository.js';
import { AssetLineageResolver } from './assets/asset-lineage.resolver.js';
import { AssetLineageService } from './assets/asset-lineage.service.js';
import { ClassificationFlowResolver } from './classification/classification-flow.resolver.js';
import { ClassificationFlowService } from './classification/classification-flow.service.js';
import { DeclassifierRepository } from './classification/declassifier.repository.js';
import { DeclassifierService } from './classification/declassifier.service.js';
import { FlowRepository } from './classification/flow.repository.js';
import { FlowSource } from './classification/flow-source.js';
import { FlowWorker } from './classification/flow-worker.js';
import { EdgeEvidence } from './edits/edge-evidence.js';
import { EdgeEvidenceResolver } from './edits/edge-evidence.resolver.js';
import { EditRepository } from './edits/edit.repository.js';
import { EditResolver } from './edits/edit.resolver.js';
import { EditService } from './edits/edit.service.js';
import { EdgeExportRepository } from './export/edge-export.repository.js';
import { EdgeExportService } from './export/edge-export.service.js';
import { EventExportRepository } from './export/event-export.repository.js';
import { EventExportService } from './export/event-export.service.js';
import { ExportController } from './export/export.controller.js';
import { AroundService } from './graph/around.service.js';
import { GraphRepository } from './graph/graph.repository.js';
import { GraphService } from './graph/graph.service.js';
import { GraphSource } from './graph/graph-source.js';
import { GroupsService } from './graph/groups.service.js';
import { LineageGroupsResolver } from './graph/lineage-groups.resolver.js';
import { ImpactService } from './graph/impact.service.js';
import { LineageFilters } from './graph/lineage-filter.js';
import { GraphFeed } from './graph/memory/graph-feed.js';
import { GraphMemory } from './graph/memory/graph-memory.js';
import { NeighbourService } from './graph/neighbour.service.js';
import { Views } from './graph/view.js';
import { EmissionCheck } from './ingestion/emission-check.js';
import { EventStore } from './ingestion/event-store.js';
import { IngestionController } from './ingestion/ingestion.controller.js';
import { IngestionService } from './ingestion/ingestion.service.js';
import { EventFeed } from './log/event-feed.js';
import { EventListRepository } from './log/event-list.repository.js';
import { EventListResolver } from './log/event-list.resolver.js';
import { EventListService } from './log/event-list.service.js';
import { EventLogRepository } from './log/event-log.repository.js';
import { EventPartitionsRepository } from './log/event-partitions.repository.js';
import { EventRetention } from './log/event-retention.js';
import { FactLog } from './projection/fact-log.js';
import { ProjectionRepository } from './projection/projection.repository.js';
import { ProjectionResolver } from './projection/projection.resolver.js';
import { StatementRepository } from './projection/statement.repository.js';
import { Projector } from './projection/projector.js';
import { AssetVersionCommitResolver, RunDatasetCommitResolver } from './runs/pinned-commit.resolver.js';
import { PinnedCommits } from './runs/pinned-commits.js';
import { AliasWriter } from './identity/alias-writer.js';
import { AliasResolver } from './identity/alias.resolver.js';
import { AliasService } from './identity/alias.service.js';
import { Identities } from './identity/identities.js';
import { IdentityRepository } from './identity/identity.repository.js';
import { Mover } from './identity/mover.js';
import { Reconciler } from './identity/reconciler.js';
import { RuleResolver } from './identity/rules/rule.resolver.js';
import { RuleService } from './identity/rules/rule.service.js';
import { RuleRepository } from './identity/rules/rule.repository.js';
import { SqlStatements } from './sql/sql-statements.js';
import { RunRepository } from './runs/run.repository.js';
import { RunResolver } from './runs/run.resolver.js';
import { RunService } from './runs/run.service.js';

@Module({
  imports: [CatalogModule],
  controllers: [IngestionController, ExportController],
  providers: [
    EventLogRepository,
    IdentityRepository,
    RuleRepository,
    Identities,
    Mover,
    AliasWriter,
    Reconciler,
    RuleService,
    RuleResolver,
    AliasService,
    AliasResolver,
    ProjectionRepository,
    StatementRepository,
    SqlStatements,
    FactLog,
    Projector,
    ProjectionResolver,
    EmissionCheck,
    EventStore,
    IngestionService,
    GraphRepository,
    GraphFeed,
    GraphMemory,
    GraphSource,
    Views,
    LineageFilters,
    ImpactService,
    AroundService,
    GraphService,
    GroupsService,
    LineageGroupsResolver,
    NeighbourService,
    FlowRepository,
    FlowSource,
    FlowWorker,
    ClassificationFlowService,
    ClassificationFlowResolver,
    DeclassifierRepository,
    DeclassifierService,
    EditRepository,
    EditService,
    EditResolver,
    EdgeEvidence,
    EdgeEvidenceResolver,
    EdgeExportRepository,
    EdgeExportService,
    EventExportRepository,
    EventExportService,
    AssetLineageRepository,
    AssetLineageService,
    AssetLineageResolver,
    RunRepository,
    RunService,
    RunResolver,
    PinnedCommits,
    RunDatasetCommitResolver,
    AssetVersionCommitResolver,
    EventFeed,
    EventPartitionsRepository,
    EventRetention,
    EventListRepository,
    EventListService,
    EventListResolver,
  ],
  exports: [
    ...[Projector, AssetLineageService, IngestionService, EventFeed, SqlStatements],
    // For Marquez's API, a part of this room.
    ...[AroundService, GraphService, NeighbourService, RunService, EventListService],
  ],
})
export class LineageModule {}
