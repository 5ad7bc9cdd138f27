import { Module } from '@nestjs/common';
import { CatalogModule } from '../../catalog/index.js';
import { EmissionModule } from '../emission/index.js';
import { TrainingModule } from '../training/index.js';
import { EndpointRepository } from './endpoint.repository.js';
import { InferenceController } from './inference/inference.controller.js';
import { InferenceService } from './inference/inference.service.js';
import { Provenance } from './provenance.js';
import { LocalModels } from './reconciler/local-models.js';
import { EndpointReconciler } from './reconciler/endpoint-reconciler.js';
import { ServedByRepository } from './served-by.repository.js';
import { ServedByResolver } from './served-by.resolver.js';
import { EndpointResolver } from './endpoint.resolver.js';
import { EndpointService } from './endpoint.service.js';

/** Endpoints. Models run in this process, each in a worker thread of its own. */
@Module({
  imports: [CatalogModule, EmissionModule, TrainingModule],
  controllers: [InferenceController],
  providers: [
    EndpointRepository,
    Provenance,
    LocalModels,
    EndpointReconciler,
    EndpointService,
    EndpointResolver,
    ServedByRepository,
    ServedByResolver,
    InferenceService,
  ],
})
export class EndpointModule {}
