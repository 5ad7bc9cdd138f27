import { Module } from '@nestjs/common';
import { EmissionModule } from './emission/index.js';
import { EndpointModule } from './endpoints/index.js';
import { TrainingModule } from './training/index.js';

/** Trainings and endpoints. */
@Module({ imports: [EmissionModule, TrainingModule, EndpointModule] })
export class OrchestratorModule {}
