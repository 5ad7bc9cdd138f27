import { ApiException } from '@kubernetes/client-node';
import { DomainError } from '../errors/index.js';

/** The API server does not answer, or is not able to. */
export class KubernetesUnavailableError extends DomainError {
  readonly kind = 'unavailable';
  constructor(operation: string, reason: string, options?: ErrorOptions) {
    super(`Kubernetes: ${operation}: ${reason}`, { operation, reason }, options);
  }
}

/** The API server refused a request. The message is its own. */
export class ClusterRefusedError extends DomainError {
  readonly kind = 'unavailable';
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(`Kubernetes: ${message}`, { status });
  }
}

/** What came is not what the API server sends. */
export class ClusterGarbageError extends DomainError {
  readonly kind = 'unavailable';
  constructor(reason: string) {
    super(`Kubernetes: the answer cannot be read: ${reason}`);
  }
}

/** Nothing came for longer than the API server leaves a connection silent. */
export class ClusterSilentError extends DomainError {
  readonly kind = 'unavailable';
  constructor(path: string, idleMs: number) {
    super(`Kubernetes: nothing came from ${path} for ${idleMs / 1000} s; the connection is taken for dead.`);
  }
}

/** The HTTP status of an answer that refuses; `undefined` when there was none. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof ApiException ? error.code : undefined;
}

/**
 * What the client throws, as an error with a name. The reason is the API server's own message, or the code of the failed connection.
 * @param operation what was asked, e.g. `create jobs in team-a`
 */
export function kubernetesError(error: unknown, operation: string): DomainError {
  if (error instanceof DomainError) return error;
  return new KubernetesUnavailableError(operation, reasonOf(error), { cause: error });
}

/** Source: meta/v1 Status, which every refusal's body is. */
function reasonOf(error: unknown): string {
  if (error instanceof ApiException) return messageOf(error.body) ?? `HTTP ${error.code}`;
  const { code, message, name } = error as Partial<NodeJS.ErrnoException>;
  return code ?? message ?? name ?? 'no answer';
}

function messageOf(body: unknown): string | undefined {
  try {
    const status: unknown = typeof body === 'string' ? JSON.parse(body) : body;
    const message = (status as { message?: unknown } | null)?.message;
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}
