import { Module } from '@nestjs/common';
import { LineageEmission } from './lineage-emission.js';
import { OwnServer } from './own-server.js';

/** What the orchestrator tells the lineage room, by its public door. */
@Module({ providers: [OwnServer, LineageEmission], exports: [LineageEmission, OwnServer] })
export class EmissionModule {}
