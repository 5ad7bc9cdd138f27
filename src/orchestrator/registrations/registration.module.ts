import { Module } from '@nestjs/common';
import { EmissionModule } from '../emission/index.js';
import { RegistrationLineage } from './registration-lineage.js';

/** What lineage is told of registered models. */
@Module({ imports: [EmissionModule], providers: [RegistrationLineage] })
export class RegistrationModule {}
