import { setTimeout as pause } from 'node:timers/promises';
import { ClientClosedError } from './errors.js';
import type { LineageEvent } from './generated/types.js';
import type { Transport } from './transports/transport.js';

/**
 * Emits events through a transport. An event is accepted when its promise fulfils, and lost only with an error that
 * says so: await every promise.
 */
export class OpenLineageClient {
  readonly #transport: Transport;
  readonly #underWay = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * @throws {EmissionError} not accepted, with the last status and the beginning of the answer
   * @throws {InvalidEventError} cannot be written as JSON
   * @throws {ClientClosedError}
   */
  async emit(event: LineageEvent): Promise<void> {
    await this.#track(() => this.#transport.emit(event));
  }

  /**
   * Sends events in as few requests as the transport can.
   * @throws {BatchEmissionError} naming the events that were not accepted; the others were
   * @throws {EmissionError} from a transport that writes a batch as a whole
   * @throws {InvalidEventError} one cannot be written as JSON; nothing was sent
   * @throws {ClientClosedError}
   */
  async emitBatch(events: readonly LineageEvent[]): Promise<void> {
    await this.#track(() => this.#transport.emitBatch(events));
  }

  /**
   * Takes no more events, waits for those under way and closes the transport. May be called twice.
   * @param timeoutMs how long to wait before those under way are given up, each by its own error; default no limit
   */
  async close(timeoutMs?: number): Promise<void> {
    this.#isClosed = true;
    const settled = Promise.allSettled([...this.#underWay]);
    if (timeoutMs === undefined) {
      await settled;
    } else {
      const enough = new AbortController();
      await Promise.race([
        settled,
        pause(timeoutMs, undefined, { signal: enough.signal }).catch(() => undefined),
      ]);
      enough.abort();
    }
    await this.#transport.close();
    await settled;
  }

  async #track(emission: () => Promise<void>): Promise<void> {
    if (this.#isClosed) throw new ClientClosedError();
    const emitted = emission();
    this.#underWay.add(emitted);
    try {
      await emitted;
    } finally {
      this.#underWay.delete(emitted);
    }
  }
}
