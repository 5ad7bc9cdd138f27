import { DomainError } from '../../platform/index.js';

/** Nothing can be asked of the endpoint now. */
export class EndpointNotReadyError extends DomainError {
  readonly kind = 'unavailable';
  constructor(endpoint: string, reason: string) {
    super(`Endpoint "${endpoint}" does not answer: ${reason}. Look at its "reason", and try again.`, {
      endpoint,
    });
  }
}

/** More requests wait for a model than it may keep waiting. */
export class EndpointOverloadedError extends DomainError {
  readonly kind = 'too-many-requests';
  constructor(endpoint: string, most: number) {
    super(`${most} requests wait for endpoint "${endpoint}" already. Try again later.`, { endpoint, most });
  }
}

/** The model took too long; its worker is started anew. */
export class InferenceTimeoutError extends DomainError {
  readonly kind = 'timeout';
  constructor(endpoint: string, ms: number) {
    super(`Endpoint "${endpoint}" did not answer within ${ms / 1000} s.`, { endpoint, ms });
  }
}

/** The runtime could not compute an answer from inputs that have the right form. */
export class InferenceFailedError extends DomainError {
  readonly kind = 'invalid-input';
  constructor(endpoint: string, reason: string) {
    super(`The model behind "${endpoint}" refused the inputs: ${reason}`, { endpoint });
  }
}

/** The bytes are no model that can be served. Trying again does not help. */
export class ModelRefusedError extends DomainError {
  readonly kind = 'invalid-input';
  constructor(reason: string) {
    super(reason);
  }
}

/** As many endpoints are served as one installation may serve. */
export class TooManyEndpointsError extends DomainError {
  readonly kind = 'too-many-requests';
  constructor(most: number) {
    super(`${most} endpoints are served already. Stop one first.`, { most });
  }
}

/** The name serves in another namespace; its place decides who may do what, so it does not move by a deployment. */
export class EndpointElsewhereError extends DomainError {
  readonly kind = 'conflict';
  constructor(endpoint: string, namespace: string) {
    super(
      `Endpoint "${endpoint}" stands in namespace "${namespace}". Deploy it there, or take another name.`,
      {
        endpoint,
        namespace,
      },
    );
  }
}

/** Somebody else changed the endpoint since it was read. It is read again. */
export class EndpointChangedError extends DomainError {
  readonly kind = 'conflict';
  constructor(endpoint: string) {
    super(`Endpoint "${endpoint}" was changed by somebody else at the same time. Try again.`, { endpoint });
  }
}
