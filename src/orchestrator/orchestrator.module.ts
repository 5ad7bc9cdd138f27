import { Module } from '@nestjs/common';
import { EmissionModule } from './emission/index.js';

/** Trainings and endpoints. */
@Module({ imports: [EmissionModule] })
export class OrchestratorModule {}
