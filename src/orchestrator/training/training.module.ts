import { Module } from '@nestjs/common';
import { CatalogModule } from '../../catalog/index.js';
import { EmissionModule } from '../emission/index.js';
import { ExecutionModule } from '../execution/execution.module.js';
import { Housekeeping } from './reconciler/housekeeping.js';
import { RunMounts } from './reconciler/run-mounts.js';
import { RunOutputs } from './reconciler/run-outputs.js';
import { RunSteps } from './reconciler/run-steps.js';
import { RunSurroundings } from './reconciler/run-surroundings.js';
import { RunWriter } from './reconciler/run-writer.js';
import { TrainingReconciler } from './reconciler/training-reconciler.js';
import { RunAccess } from './run-access.js';
import { Submission } from './submission.js';
import { TrainingResolver } from './training.resolver.js';
import { TrainingRunRepository } from './training-run.repository.js';
import { TrainingService } from './training.service.js';

/** Training runs. Where their commands run, the execution driver says. */
@Module({
  imports: [CatalogModule, EmissionModule, ExecutionModule],
  providers: [
    TrainingRunRepository,
    RunAccess,
    RunMounts,
    RunWriter,
    RunOutputs,
    RunSurroundings,
    RunSteps,
    Housekeeping,
    TrainingReconciler,
    Submission,
    TrainingService,
    TrainingResolver,
  ],
  exports: [TrainingService],
})
export class TrainingModule {}
