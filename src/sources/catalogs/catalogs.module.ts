import { Module } from '@nestjs/common';
import { CatalogModule } from '../../catalog/index.js';
import { LineageModule } from '../../lineage/index.js';
import { CatalogScan } from './catalog-scan.js';
import { CatalogScanner } from './catalog-scanner.js';
import { ConnectionRepository } from './connection.repository.js';
import { ConnectionResolver } from './connection.resolver.js';
import { ConnectionService } from './connection.service.js';
import { TableRepository } from './table.repository.js';
import { TableResolver } from './table.resolver.js';

/** Tables of sources that others keep: looked at, compared with what was known, told to lineage. */
@Module({
  imports: [CatalogModule, LineageModule],
  providers: [
    ConnectionRepository,
    TableRepository,
    CatalogScan,
    CatalogScanner,
    ConnectionService,
    ConnectionResolver,
    TableResolver,
  ],
})
export class CatalogsModule {}
