export { OpenLineageClient } from './client.js';
export { clientFromEnvironment } from './environment.js';
export {
  BatchEmissionError,
  ClientClosedError,
  ConfigurationError,
  EmissionError,
  type EmissionFailure,
  type FailedEvent,
  InvalidEventError,
  OpenLineageClientError,
} from './errors.js';
export type {
  DatasetDraft,
  DatasetEventDraft,
  EventDraft,
  FacetBody,
  FacetDrafts,
  InputDatasetDraft,
  JobDraft,
  JobEventDraft,
  OutputDatasetDraft,
  RunEventDraft,
  RunEventType,
  StandardFacet,
  StandardFacetName,
} from './events/drafts.js';
export { dataset, datasetEvent, jobEvent, runEvent } from './events/events.js';
export { facet } from './events/facets.js';
export { newRunId } from './events/run-id.js';
export {
  CORE_SCHEMA_URL,
  FACET_SCHEMA_URLS,
  type FacetEntity,
  type FacetsByEntity,
} from './generated/facets.js';
export { CORE_SCHEMA, FACET_DOCUMENTS, type JsonSchema } from './generated/schemas.js';
export type * from './generated/types.js';
export { FACET_SCHEMAS, type FacetSchema } from './schemas.js';
export { CompositeTransport, type CompositeTransportOptions } from './transports/composite.js';
export { ConsoleTransport } from './transports/console.js';
export { FileTransport, type FileTransportOptions } from './transports/file.js';
export { HttpTransport } from './transports/http.js';
export type { HttpTransportOptions } from './transports/http-options.js';
export { KafkaTransport, type KafkaTransportOptions } from './transports/kafka.js';
export { NoopTransport } from './transports/noop.js';
export type { RetryPolicy } from './transports/retry.js';
export type { Transport } from './transports/transport.js';
