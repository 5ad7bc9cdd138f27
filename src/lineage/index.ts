export { AssetLineageService } from './assets/asset-lineage.service.js';
export { redactText } from './events/redact-text.js';
export { IngestionService } from './ingestion/ingestion.service.js';
export { EventFeed } from './log/event-feed.js';
export type { FedEvent } from './log/event-feed.js';
export { LineageModule } from './lineage.module.js';
export { MarquezModule } from './marquez/marquez.module.js';
export { Projector } from './projection/projector.js';
