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

/**
 * What a request throws, as an error with a name. The reason is that of the failed connection.
 * @param operation what was asked, e.g. `create jobs in team-a`
 */
export function kubernetesError(error: unknown, operation: string): DomainError {
  if (error instanceof DomainError) return error;
  const { code, message, name } = error as Partial<NodeJS.ErrnoException>;
  return new KubernetesUnavailableError(operation, code ?? message ?? name ?? 'no answer', { cause: error });
}
