import { Module } from '@nestjs/common';
import { EmissionModule } from './emission/index.js';
import { EndpointModule } from './endpoints/index.js';
import { RegistrationModule } from './registrations/index.js';
import { TrainingModule } from './training/index.js';

/** Trainings, endpoints, and what lineage is told of them and of registered models. */
@Module({ imports: [EmissionModule, TrainingModule, EndpointModule, RegistrationModule] })
export class OrchestratorModule {}
