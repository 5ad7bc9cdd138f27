import path from 'node:path';
import { Module } from '@nestjs/common';
import { CatalogModule } from '../../catalog/index.js';
import { CONFIG, type Config } from '../../platform/index.js';
import { EmissionModule } from '../emission/index.js';
import { EXECUTION_DRIVER } from '../execution/execution-driver.js';
import { LocalDriver } from '../execution/local/local-driver.js';
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

/** Training runs. Commands run on this machine, each in a folder of its own under `runs/` of the data folder. */
@Module({
  imports: [CatalogModule, EmissionModule],
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
    {
      provide: EXECUTION_DRIVER,
      inject: [CONFIG],
      useFactory: (config: Config) => new LocalDriver(path.join(config.CAIRN_DATA_DIR, 'runs')),
    },
  ],
  exports: [TrainingService],
})
export class TrainingModule {}
