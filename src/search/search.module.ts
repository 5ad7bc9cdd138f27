import { Module } from '@nestjs/common';
import { CatalogModule } from '../catalog/index.js';
import { LineageModule } from '../lineage/index.js';
import { CONFIG, LOGGER } from '../platform/index.js';
import { DocumentRepository } from './indexing/document.repository.js';
import { Elasticsearch } from './drivers/elasticsearch/elasticsearch.js';
import { PostgresSearchIndex } from './drivers/postgres/postgres-search-index.js';
import { GenerationRepository } from './indexing/generation.repository.js';
import { IndexBuilder } from './indexing/index-builder.js';
import { IndexFollower } from './indexing/index-follower.js';
import { IndexingService } from './indexing/indexing.service.js';
import { PendingRepository } from './indexing/pending.repository.js';
import { SearchEngines } from './search-engines.js';
import { EventFollower } from './events/event-follower.js';
import { SearchResolver } from './search.resolver.js';
import { SearchService } from './search.service.js';

@Module({
  imports: [CatalogModule, LineageModule],
  providers: [
    DocumentRepository,
    PostgresSearchIndex,
    { provide: Elasticsearch, inject: [CONFIG, LOGGER], useFactory: Elasticsearch.open },
    PendingRepository,
    GenerationRepository,
    IndexBuilder,
    IndexFollower,
    IndexingService,
    SearchEngines,
    EventFollower,
    SearchService,
    SearchResolver,
  ],
})
export class SearchModule {}
