import { DomainError, type ErrorKind } from '../../platform/errors/index.js';

/** An event of a batch that was not stored. */
export interface FailedEvent {
  /** Its place in the request, from 0. */
  readonly index: number;
  readonly reason: string;
  /** Whether the same event may be taken later. */
  readonly retriable: boolean;
}

/** The answer to a batch. Source: OpenLineage HTTP API, `POST /lineage/batch`. */
export interface BatchAnswer {
  readonly status: 'success' | 'partial_success' | 'failure';
  readonly summary: {
    readonly received: number;
    readonly successful: number;
    readonly failed: number;
    readonly retriable: number;
    readonly non_retriable: number;
  };
  readonly failed_events: readonly FailedEvent[];
}

const RETRIABLE: ReadonlySet<ErrorKind> = new Set([
  'unavailable',
  'timeout',
  'too-many-requests',
  'storage-full',
]);

/**
 * Sums up what became of each event.
 * @throws the first failure when all failed for a reason that may pass, so that senders try the request again
 */
export function batchAnswerOf(outcomes: readonly PromiseSettledResult<unknown>[]): BatchAnswer {
  const failures = outcomes.flatMap((outcome, index) =>
    outcome.status === 'rejected' ? [failureOf(index, outcome.reason)] : [],
  );
  const retriable = failures.filter((failure) => failure.retriable).length;
  const [first] = outcomes;
  if (first?.status === 'rejected' && retriable === outcomes.length) throw first.reason;
  const successful = outcomes.length - failures.length;
  return {
    status: failures.length === 0 ? 'success' : successful === 0 ? 'failure' : 'partial_success',
    summary: {
      received: outcomes.length,
      successful,
      failed: failures.length,
      retriable,
      non_retriable: failures.length - retriable,
    },
    failed_events: failures,
  };
}

function failureOf(index: number, error: unknown): FailedEvent {
  if (error instanceof DomainError)
    return { index, reason: error.message, retriable: RETRIABLE.has(error.kind) };
  return { index, reason: 'something went wrong in the service', retriable: true };
}
