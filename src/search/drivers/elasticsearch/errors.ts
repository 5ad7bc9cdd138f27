import { DomainError } from '../../../platform/index.js';

/** Elasticsearch did not take some documents of a batch. They are sent again. */
export class ElasticsearchRefusedError extends DomainError {
  readonly kind = 'unavailable';
  constructor(count: number, first: string) {
    super(`Elasticsearch refused ${count} documents, the first of them: ${first}`, { count, first });
  }
}
