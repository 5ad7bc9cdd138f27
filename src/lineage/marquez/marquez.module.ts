import { Module } from '@nestjs/common';
import { CatalogModule } from '../../catalog/index.js';
import { LineageModule } from '../lineage.module.js';
import { DatasetService } from './datasets/dataset.service.js';
import { DatasetVersionRepository } from './datasets/dataset-version.repository.js';
import { DatasetVersionService } from './datasets/dataset-version.service.js';
import { MarquezDatasetsController } from './datasets/datasets.controller.js';
import { MarquezEventsController } from './events/events.controller.js';
import { MarquezWritesController } from './http/writes.controller.js';
import { JobPartsService } from './jobs/job-parts.service.js';
import { JobRepository } from './jobs/job.repository.js';
import { JobService } from './jobs/job.service.js';
import { MarquezJobsController } from './jobs/jobs.controller.js';
import { MarquezLineageController } from './lineage/lineage.controller.js';
import { MarquezLineageService } from './lineage/marquez-lineage.service.js';
import { NodeService } from './lineage/node.service.js';
import { NameRepository } from './names/name.repository.js';
import { NameService } from './names/name.service.js';
import { MarquezNamesController } from './names/names.controller.js';
import { RunViewService } from './runs/run-view.service.js';
import { MarquezRunsController } from './runs/runs.controller.js';
import { MarquezSearchController } from './search/search.controller.js';
import { MarquezStatsController } from './stats/stats.controller.js';
import { StatsRepository } from './stats/stats.repository.js';
import { StatsService } from './stats/stats.service.js';
import { MarquezTaggingController } from './tags/tagging.controller.js';
import { MarquezTagsController } from './tags/tags.controller.js';
import { ToldFacetRepository } from './told/told-facet.repository.js';
import { ToldFacetService } from './told/told-facet.service.js';

/** Marquez's HTTP API, what it reads, for its clients and its web UI. */
@Module({
  imports: [CatalogModule, LineageModule],
  controllers: [
    MarquezNamesController,
    MarquezDatasetsController,
    MarquezJobsController,
    MarquezRunsController,
    MarquezLineageController,
    MarquezEventsController,
    MarquezSearchController,
    MarquezStatsController,
    MarquezTagsController,
    MarquezTaggingController,
    MarquezWritesController,
  ],
  providers: [
    NameRepository,
    NameService,
    DatasetVersionRepository,
    DatasetVersionService,
    DatasetService,
    JobRepository,
    JobPartsService,
    JobService,
    RunViewService,
    ToldFacetRepository,
    ToldFacetService,
    NodeService,
    MarquezLineageService,
    StatsRepository,
    StatsService,
  ],
})
export class MarquezModule {}
