import type { EmissionFailure } from '../errors.js';
import type { Answer } from './exchange.js';
import { isRetryableStatus } from './retry.js';

/** How one try ended. */
export type Outcome = { readonly answer: Answer } | { readonly cause: unknown };

const EXCERPT_CHARS = 500;

/** What a try that was not accepted says of itself. */
export function explain(
  outcome: Outcome,
): Pick<EmissionFailure, 'reason' | 'status' | 'bodyExcerpt' | 'retryable'> {
  if ('cause' in outcome) return { reason: rootReason(outcome.cause), retryable: true };
  const { status, body, location } = outcome.answer;
  const isRedirect = status >= 300 && status <= 399 && location !== undefined;
  return {
    reason: isRedirect ? `HTTP ${status}, a redirect to ${location}; set that as the url` : `HTTP ${status}`,
    status,
    bodyExcerpt: body.slice(0, EXCERPT_CHARS),
    retryable: isRetryableStatus(status),
  };
}

/**
 * `fetch` says only "fetch failed"; the reason is in its cause, for a refused connection in that one's code. Told by
 * shape, as `instanceof` fails for errors of another realm (vm, worker, test runner).
 */
function rootReason(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const { cause, message, code, name } = error as NodeJS.ErrnoException;
  if (cause !== undefined && cause !== null) return rootReason(cause);
  return message || code || name || 'unknown failure';
}
