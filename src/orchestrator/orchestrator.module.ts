import { Module } from '@nestjs/common';
import { CatalogModule } from '../catalog/index.js';
import { EmissionModule } from './emission/index.js';
import { EndpointModule } from './endpoints/index.js';
import { KeptCommits } from './kept-commits.js';
import { TrainingModule } from './training/index.js';

/** Trainings and endpoints. */
@Module({
  imports: [CatalogModule, EmissionModule, TrainingModule, EndpointModule],
  providers: [KeptCommits],
})
export class OrchestratorModule {}
