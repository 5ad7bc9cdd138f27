import { ApiException } from '@kubernetes/client-node';

const MAX_CAUSES = 5;
const MAX_CHARS = 300;

/** Source: meta/v1 Status. */
interface Status {
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { field?: string; reason?: string; message?: string }[] };
}

/**
 * Why the API server takes no Job like this, for good: by field, and with a value only where that is a plain one. What it says of a
 * whole template quotes it, with the credentials in it.
 * @returns undefined for what another try may change
 */
export function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof ApiException) || (error.code !== 422 && error.code !== 400)) return undefined;
  const { message = '', details } = statusOf(error.body);
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

function statusOf(body: unknown): Status {
  try {
    return ((typeof body === 'string' ? JSON.parse(body) : body) ?? {}) as Status;
  } catch {
    return {};
  }
}
