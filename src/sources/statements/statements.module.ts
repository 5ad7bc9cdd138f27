import { Module } from '@nestjs/common';
import { CatalogModule } from '../../catalog/index.js';
import { LineageModule } from '../../lineage/index.js';
import { Analyzer } from './analyzer.js';
import { EventStatements } from './event-statements.js';
import { StatementHousekeeping } from './housekeeping.js';
import { KnownSchemas } from './known-schemas.js';
import { LedgerRepository } from './ledger.repository.js';
import { LedgerService } from './ledger.service.js';
import { StatementResolver } from './statement.resolver.js';
import { StatementsController } from './statements.controller.js';
import { StatementsService } from './statements.service.js';

/** SQL that query engines have run: followed to tables and columns, told to lineage, kept in a ledger. */
@Module({
  imports: [CatalogModule, LineageModule],
  controllers: [StatementsController],
  providers: [
    KnownSchemas,
    Analyzer,
    EventStatements,
    StatementsService,
    LedgerRepository,
    LedgerService,
    StatementHousekeeping,
    StatementResolver,
  ],
})
export class StatementsModule {}
