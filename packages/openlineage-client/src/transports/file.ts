import { appendFile, writeFile } from 'node:fs/promises';
import { ConfigurationError, EmissionError } from '../errors.js';
import type { LineageEvent } from '../generated/types.js';
import { serialize, serializeAll, type Transport } from './transport.js';

/** Where events are appended. */
export interface FileTransportOptions {
  /** a file in a folder that exists; made when absent, appended to when not */
  readonly path: string;
  /** default true; otherwise each event is a file of its own, `path` and the instant: `PATH-20261125-083000.123456.json` */
  readonly isAppended?: boolean;
}

/** Writes events as JSON lines to a file. Lines of one transport never mix; a batch is appended at once. */
export class FileTransport implements Transport {
  readonly kind = 'file';
  readonly #path: string;
  readonly #isAppended: boolean;
  #last: Promise<unknown> = Promise.resolve();

  /** @throws {ConfigurationError} no path */
  constructor({ path, isAppended = true }: FileTransportOptions) {
    if (path === '') throw new ConfigurationError('path', 'must name a file');
    this.#path = path;
    this.#isAppended = isAppended;
  }

  async emit(event: LineageEvent): Promise<void> {
    await this.#write([serialize(event)]);
  }

  /** @throws {EmissionError} for the batch as a whole */
  async emitBatch(events: readonly LineageEvent[]): Promise<void> {
    if (events.length > 0) await this.#write(serializeAll(events));
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    await this.#last;
  }

  async #write(lines: readonly string[]): Promise<void> {
    const written = this.#last.then(async () => {
      if (this.#isAppended) return appendFile(this.#path, `${lines.join('\n')}\n`);
      for (const line of lines) await writeAlone(this.#path, line);
    });
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

/** Microseconds tell apart what one process writes; where another was there first, the next one is taken. */
async function writeAlone(path: string, line: string): Promise<void> {
  for (let microseconds = Math.round((performance.timeOrigin + performance.now()) * 1000); ; microseconds++) {
    const [day, time] = new Date(microseconds / 1000).toISOString().split('T') as [string, string];
    const stamp = `${day.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}`;
    const fraction = String(microseconds % 1_000_000).padStart(6, '0');
    try {
      return await writeFile(`${path}-${stamp}.${fraction}.json`, line, { flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
