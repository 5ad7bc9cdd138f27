import type { errors } from '@elastic/elasticsearch';
import { DomainError } from '../../../platform/index.js';

/** Elasticsearch did not take some documents of a batch, now. They are sent again. */
export class ElasticsearchRefusedError extends DomainError {
  readonly kind = 'unavailable';
  /** @param reason of the first of them: status and type, never what is in a document */
  constructor(
    readonly count: number,
    readonly reason: string,
  ) {
    super(`Elasticsearch refused ${count} documents, the first of them by ${reason}.`, { count, reason });
  }
}

/** An index that is to be written to is not there. Indices are built anew. */
export class ElasticsearchIndexMissingError extends DomainError {
  readonly kind = 'unavailable';
  constructor(readonly index: string) {
    super(`Elasticsearch has no index "${index}" that Cairn made.`, { index });
  }
}

/** Whether Elasticsearch answered, and refused. By name, for the large client is there only where an Elasticsearch is. */
export function isResponseError(error: unknown): error is errors.ResponseError {
  return error instanceof Error && error.name === 'ResponseError';
}

const TYPE = /^[a-z_]{1,80}$/;

/** What a failure is, in a few words that may be shown to anyone: its class, status and type, nothing of what it was about. */
export function reasonOf(error: unknown): string {
  if (error instanceof ElasticsearchRefusedError) return `${error.code} ${error.reason}`;
  if (isResponseError(error))
    return [error.name, error.statusCode, typeOf((error.body as Body | undefined)?.error?.type)]
      .filter((part) => part !== undefined)
      .join(' ');
  return error instanceof DomainError ? error.code : error instanceof Error ? error.name : 'Error';
}

interface Body {
  readonly error?: { readonly type?: unknown };
}

/** A type of Elasticsearch's errors, such as `cluster_block_exception`. */
export function typeOf(type: unknown): string | undefined {
  return typeof type === 'string' && TYPE.test(type) ? type : undefined;
}
