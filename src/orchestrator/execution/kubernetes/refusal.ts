import { ApiException } from '@kubernetes/client-node';
import type { DomainError } from '../../../platform/errors/index.js';
import { kubernetesError, KubernetesUnavailableError } from '../../../platform/kubernetes/index.js';

const MAX_CAUSES = 5;
const MAX_CHARS = 300;

/** Source: meta/v1 Status. */
interface Status {
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { field?: string; reason?: string; message?: string }[] };
}

/** The HTTP status of an answer that refuses; `undefined` when there was none. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof ApiException ? error.code : undefined;
}

/**
 * What the client throws, as an error with a name. The reason is the API server's own message, or that of the failed connection.
 * @param operation what was asked, e.g. `create job x in team-a`
 */
export function failureOf(error: unknown, operation: string): DomainError {
  if (!(error instanceof ApiException)) return kubernetesError(error, operation);
  const reason = saidIn(error.body).message ?? `HTTP ${error.code}`;
  return new KubernetesUnavailableError(operation, reason, { cause: error });
}

/**
 * Why the API server takes no Job like this, for good: by field, and with a value only where that is a plain one. What it says of a
 * whole template quotes it, with the credentials in it.
 * @returns undefined for what another try may change
 */
export function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof ApiException) || (error.code !== 422 && error.code !== 400)) return undefined;
  const { message = '', details } = saidIn(error.body);
  const causes = (details?.causes ?? []).slice(0, MAX_CAUSES);
  if (causes.length === 0) return isPlain(message) ? message : `HTTP ${error.code}`;
  return causes
    .map(({ field = '', reason = '', message: more = '' }) => `${field}: ${isPlain(more) ? more : reason}`)
    .join('; ');
}

/** Whether a message quotes no structure. */
function isPlain(message: string): boolean {
  return message !== '' && message.length <= MAX_CHARS && !message.includes('{');
}

function saidIn(body: unknown): Status {
  try {
    return ((typeof body === 'string' ? JSON.parse(body) : body) ?? {}) as Status;
  } catch {
    return {};
  }
}
