import { BatchEmissionError, ConfigurationError, EmissionError } from '../errors.js';
import type { LineageEvent } from '../generated/types.js';
import type { Transport } from './transport.js';

/** Which transports an event goes to, and when they are enough. */
export interface CompositeTransportOptions {
  /** at least one; asked in this order */
  readonly transports: readonly Transport[];
  /** whether the others are asked when one did not accept an event; default true: then only the failure of all is one */
  readonly continueOnFailure?: boolean;
  /** whether the others are asked when one accepted an event; default true */
  readonly continueOnSuccess?: boolean;
}

/** Hands events to several transports, one after the other. */
export class CompositeTransport implements Transport {
  readonly kind = 'composite';
  readonly #transports: readonly Transport[];
  readonly #continueOnFailure: boolean;
  readonly #continueOnSuccess: boolean;

  /** @throws {ConfigurationError} no transports */
  constructor({ transports, continueOnFailure = true, continueOnSuccess = true }: CompositeTransportOptions) {
    if (transports.length === 0) throw new ConfigurationError('transports', 'must name at least one');
    this.#transports = transports;
    this.#continueOnFailure = continueOnFailure;
    this.#continueOnSuccess = continueOnSuccess;
  }

  /** @throws {EmissionError} of the first that failed, unless going on after failures: then none has accepted it */
  async emit(event: LineageEvent): Promise<void> {
    await this.#each((transport) => transport.emit(event));
  }

  /** @throws {BatchEmissionError | EmissionError} as {@link emit}; a batch that was taken in part was not accepted */
  async emitBatch(events: readonly LineageEvent[]): Promise<void> {
    if (events.length > 0) await this.#each((transport) => transport.emitBatch(events));
  }

  /** Closes all of them. */
  async close(): Promise<void> {
    const closed = await Promise.allSettled(this.#transports.map((transport) => transport.close()));
    const failed = closed.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #each(send: (transport: Transport) => Promise<void>): Promise<void> {
    const failures: (EmissionError | BatchEmissionError)[] = [];
    for (const transport of this.#transports) {
      try {
        await send(transport);
        if (!this.#continueOnSuccess) return;
      } catch (error) {
        // What is wrong with the event itself is wrong everywhere.
        if (!isOfDelivery(error) || !this.#continueOnFailure) throw error;
        failures.push(error);
      }
    }
    if (failures.length < this.#transports.length) return;
    if (failures.length === 1) throw failures[0]!;
    throw new EmissionError(
      {
        transport: this.kind,
        target: this.#transports.map(({ kind }) => kind).join(', '),
        attempts: 1,
        reason: failures.map(({ message }) => message).join(' '),
        retryable: failures.some((failure) => failure instanceof EmissionError && failure.retryable),
      },
      { cause: failures[0] },
    );
  }
}

function isOfDelivery(error: unknown): error is EmissionError | BatchEmissionError {
  return error instanceof EmissionError || error instanceof BatchEmissionError;
}
