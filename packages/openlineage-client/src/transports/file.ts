import { appendFile } from 'node:fs/promises';
import { ConfigurationError, EmissionError } from '../errors.js';
import type { LineageEvent } from '../generated/types.js';
import { serialize, serializeAll, type Transport } from './transport.js';

/** Where events are appended. */
export interface FileTransportOptions {
  /** a file in a folder that exists; made when absent, appended to when not */
  readonly path: string;
}

/** Appends events as JSON lines to a file. Lines of one transport never mix; a batch is written at once. */
export class FileTransport implements Transport {
  readonly kind = 'file';
  readonly #path: string;
  #last: Promise<unknown> = Promise.resolve();

  /** @throws {ConfigurationError} no path */
  constructor({ path }: FileTransportOptions) {
    if (path === '') throw new ConfigurationError('path', 'must name a file');
    this.#path = path;
  }

  async emit(event: LineageEvent): Promise<void> {
    await this.#append(`${serialize(event)}\n`);
  }

  /** @throws {EmissionError} for the batch as a whole */
  async emitBatch(events: readonly LineageEvent[]): Promise<void> {
    if (events.length > 0) await this.#append(`${serializeAll(events).join('\n')}\n`);
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    await this.#last;
  }

  async #append(lines: string): Promise<void> {
    const written = this.#last.then(() => appendFile(this.#path, lines));
    this.#last = written.catch(() => undefined);
    try {
      await written;
    } catch (error) {
      const reason = (error as Error).message;
      throw new EmissionError(
        { transport: this.kind, target: this.#path, attempts: 1, reason, retryable: false },
        { cause: error },
      );
    }
  }
}
