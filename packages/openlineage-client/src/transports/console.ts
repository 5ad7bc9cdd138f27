import type { Writable } from 'node:stream';
import { EmissionError } from '../errors.js';
import type { LineageEvent } from '../generated/types.js';
import { serialize, serializeAll, type Transport } from './transport.js';

/** Writes events as JSON lines to a stream. */
export class ConsoleTransport implements Transport {
  readonly kind = 'console';
  readonly #stream: Writable;

  /** @param stream default standard output; stays open when the transport is closed */
  constructor(stream: Writable = process.stdout) {
    this.#stream = stream;
  }

  async emit(event: LineageEvent): Promise<void> {
    await this.#write(`${serialize(event)}\n`);
  }

  /** @throws {EmissionError} for the batch as a whole */
  async emitBatch(events: readonly LineageEvent[]): Promise<void> {
    if (events.length > 0) await this.#write(`${serializeAll(events).join('\n')}\n`);
  }

  async close(): Promise<void> {}

  async #write(lines: string): Promise<void> {
    const error = await new Promise<Error | null | undefined>((resolve) =>
      this.#stream.write(lines, resolve),
    );
    if (error) {
      throw new EmissionError(
        { transport: this.kind, target: 'stream', attempts: 1, reason: error.message, retryable: false },
        { cause: error },
      );
    }
  }
}
