import { Module } from '@nestjs/common';
import { EmissionModule } from './emission/index.js';
import { TrainingModule } from './training/index.js';

/** Trainings and endpoints. */
@Module({ imports: [EmissionModule, TrainingModule] })
export class OrchestratorModule {}
