import { Module } from '@nestjs/common';
import { CatalogModule } from '../catalog/index.js';
import { LineageModule } from '../lineage/index.js';
import { DocumentRepository } from './document.repository.js';
import { PostgresSearchIndex } from './drivers/postgres/postgres-search-index.js';
import { SEARCH_INDEX } from './search-index.js';
import { SearchResolver } from './search.resolver.js';
import { SearchService } from './search.service.js';

@Module({
  imports: [CatalogModule, LineageModule],
  providers: [
    DocumentRepository,
    SearchService,
    SearchResolver,
    { provide: SEARCH_INDEX, useClass: PostgresSearchIndex },
  ],
})
export class SearchModule {}
