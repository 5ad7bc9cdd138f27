import { Module } from '@nestjs/common';
import { CatalogModule } from '../../catalog/index.js';
import { ArtifactCommits } from './artifacts/artifact-commits.js';
import { ArtifactService } from './artifacts/artifact.service.js';
import { ArtifactsController } from './artifacts/artifacts.controller.js';
import { RawArtifactBodies } from './http/raw-artifact-bodies.js';
import { ServerInfoController } from './http/server-info.controller.js';
import { ModelVersionsController } from './registry/model-versions.controller.js';
import { RegisteredModelsController } from './registry/registered-models.controller.js';
import { VersionSources } from './registry/version-sources.js';
import { ExperimentRepository } from './tracking/experiment.repository.js';
import { ExperimentService } from './tracking/experiment.service.js';
import { ExperimentsController } from './tracking/experiments.controller.js';
import { LoggedModelRepository } from './tracking/logged-model.repository.js';
import { LoggedModelService } from './tracking/logged-model.service.js';
import { LoggedModelsController } from './tracking/logged-models.controller.js';
import { MetricsController } from './tracking/metrics.controller.js';
import { RunRepository } from './tracking/run.repository.js';
import { RunService } from './tracking/run.service.js';
import { RunsController } from './tracking/runs.controller.js';

/** MLflow's REST API: the registry over registered models, tracking of runs, artifacts in repositories. */
@Module({
  imports: [CatalogModule],
  controllers: [
    RegisteredModelsController,
    ModelVersionsController,
    ExperimentsController,
    RunsController,
    MetricsController,
    LoggedModelsController,
    ArtifactsController,
    ServerInfoController,
  ],
  providers: [
    RawArtifactBodies,
    ExperimentRepository,
    ExperimentService,
    RunRepository,
    RunService,
    LoggedModelRepository,
    LoggedModelService,
    ArtifactService,
    ArtifactCommits,
    VersionSources,
  ],
})
export class MlflowModule {}
