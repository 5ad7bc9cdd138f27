/** The base of every failure that this client names. */
export abstract class OpenLineageClientError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** An option or an environment variable breaks a rule. The value is not repeated, as it may be a secret. */
export class ConfigurationError extends OpenLineageClientError {
  constructor(
    readonly field: string,
    readonly rule: string,
  ) {
    super(`${field}: ${rule}`);
  }
}

/** An event cannot be built or written as JSON. `field` is the path to what is wrong, e.g. `inputs[0].name`. */
export class InvalidEventError extends OpenLineageClientError {
  constructor(
    readonly field: string,
    readonly rule: string,
    options?: ErrorOptions,
  ) {
    super(`${field}: ${rule}`, options);
  }
}

/** The client was closed before the event was handed to it; the event was not sent. */
export class ClientClosedError extends OpenLineageClientError {
  constructor() {
    super('The client is closed and sends no more events. Make a new one.');
  }
}

/** What is known of a delivery that failed for good. */
export interface EmissionFailure {
  /** the transport's kind, e.g. `http` */
  readonly transport: string;
  /** where it was sent: an address without its query, or a path */
  readonly target: string;
  /** how often it was tried, at least 1 */
  readonly attempts: number;
  /** what went wrong the last time, in a few words */
  readonly reason: string;
  /** the last answer's HTTP status, if there was an answer */
  readonly status?: number | undefined;
  /** the beginning of the last answer's body, at most 500 characters */
  readonly bodyExcerpt?: string | undefined;
  /** whether the same event may be accepted later: no answer, 429 or 5xx */
  readonly retryable: boolean;
}

/** An event was not accepted, and no further try will be made. Sending it again is up to the caller. */
export class EmissionError extends OpenLineageClientError {
  readonly transport: string;
  readonly target: string;
  readonly attempts: number;
  readonly status: number | undefined;
  readonly bodyExcerpt: string | undefined;
  readonly retryable: boolean;

  constructor(failure: EmissionFailure, options?: ErrorOptions) {
    const tries = failure.attempts === 1 ? '1 attempt' : `${failure.attempts} attempts`;
    const excerpt = failure.bodyExcerpt ? `: ${failure.bodyExcerpt}` : '';
    super(`Not delivered to ${failure.target} after ${tries}: ${failure.reason}${excerpt}`, options);
    this.transport = failure.transport;
    this.target = failure.target;
    this.attempts = failure.attempts;
    this.status = failure.status;
    this.bodyExcerpt = failure.bodyExcerpt;
    this.retryable = failure.retryable;
  }
}

/** One event of a batch that was not accepted. */
export interface FailedEvent {
  /** its place in the batch as it was handed over, from 0 */
  readonly index: number;
  readonly reason: string;
  /** whether it may be accepted later */
  readonly retryable: boolean;
}

/** Some events of a batch were not accepted. Those that `failures` does not name were, unless `unnamed` is over 0. */
export class BatchEmissionError extends OpenLineageClientError {
  /**
   * @param total events in the batch
   * @param failures the events that were not accepted, by ascending index
   * @param unnamed how many more failed by the server's own count, without it saying which
   */
  constructor(
    readonly total: number,
    readonly failures: readonly FailedEvent[],
    readonly unnamed: number,
    options?: { readonly cause?: EmissionError | undefined },
  ) {
    const first = failures[0];
    const named = first === undefined ? '' : ` First: events[${first.index}]: ${first.reason}`;
    const rest = unnamed === 0 ? '' : ` The server did not say which ${unnamed} of them failed.`;
    super(`${failures.length + unnamed} of ${total} events were not accepted.${named}${rest}`, options);
  }
}
