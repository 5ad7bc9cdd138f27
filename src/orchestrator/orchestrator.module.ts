import { Module } from '@nestjs/common';
import { CatalogModule } from '../catalog/index.js';
import { EmissionModule } from './emission/index.js';
import { EndpointModule } from './endpoints/index.js';
import { KeptCommits } from './kept-commits.js';
import { RegistrationModule } from './registrations/index.js';
import { TrainingModule } from './training/index.js';

/** Trainings, endpoints, and what lineage is told of them and of registered models. */
@Module({
  imports: [CatalogModule, EmissionModule, TrainingModule, EndpointModule, RegistrationModule],
  providers: [KeptCommits],
})
export class OrchestratorModule {}
