import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { BatchEmissionError, EmissionError, type FailedEvent } from '../errors.js';
import type { LineageEvent } from '../generated/types.js';
import { type BatchEntry, readVerdict, splitBatch, unreadable } from './batch.js';
import { type Answer, post } from './exchange.js';
import { explain, type Outcome } from './failure.js';
import { httpSettings, type HttpSettings, type HttpTransportOptions } from './http-options.js';
import { pauseBeforeRetry } from './retry.js';
import { serialize, serializeAll, type Transport } from './transport.js';

const compress = promisify(gzip);

/**
 * Sends events to a server of the OpenLineage HTTP API. A try that gets no answer, 429 or 5xx is repeated with growing
 * pauses; any other status than 2xx is final. A server may therefore see an event twice, which OpenLineage allows.
 */
export class HttpTransport implements Transport {
  readonly kind = 'http';
  readonly #settings: HttpSettings;
  readonly #closing = new AbortController();

  /** @throws {ConfigurationError} naming the option and the rule it breaks */
  constructor(options: HttpTransportOptions) {
    this.#settings = httpSettings(options);
    setMaxListeners(0, this.#closing.signal); // one for each request under way, taken off when it ends
  }

  async emit(event: LineageEvent): Promise<void> {
    await this.#deliver(this.#settings.eventUrl, serialize(event));
  }

  async emitBatch(events: readonly LineageEvent[]): Promise<void> {
    const { maxBatchEvents, maxBatchBytes } = this.#settings;
    const parts = splitBatch(serializeAll(events), maxBatchEvents, maxBatchBytes);
    const failures: FailedEvent[] = [];
    let unnamed = 0;
    let cause: EmissionError | undefined;
    for (const part of parts) {
      const outcome = cause === undefined ? await this.#sendPart(part) : notSent(part);
      failures.push(...outcome.failures);
      unnamed += outcome.unnamed;
      cause ??= outcome.cause;
    }
    if (failures.length + unnamed > 0) {
      failures.sort((a, b) => a.index - b.index);
      throw new BatchEmissionError(events.length, failures, unnamed, { cause });
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }

  /** Sends a part, and again those of its events that the server refused for now. */
  async #sendPart(part: readonly BatchEntry[]): Promise<PartOutcome> {
    const failures: FailedEvent[] = [];
    let pending = part;
    for (let round = 1; ; round++) {
      let answer: Answer;
      try {
        answer = await this.#deliver(
          this.#settings.batchUrl,
          `[${pending.map(({ json }) => json).join(',')}]`,
        );
      } catch (error) {
        if (!(error instanceof EmissionError)) throw error;
        const failed = pending.map(({ index }) => ({
          index,
          reason: error.message,
          retryable: error.retryable,
        }));
        return { failures: [...failures, ...failed], unnamed: 0, cause: error };
      }
      const verdict = answer.isTruncated
        ? unreadable(pending.length)
        : readVerdict(answer.body, pending.length);
      const waitMs = pauseBeforeRetry(this.#settings.retry, round, answer.retryAfterMs);
      const mayRepeat = waitMs !== undefined && verdict.unnamed === 0 && !this.#closing.signal.aborted;
      const refused = new Map(verdict.failures.map((failure) => [failure.index, failure]));
      const again: BatchEntry[] = [];
      pending.forEach((entry, place) => {
        const failure = refused.get(place);
        if (failure?.retryable && mayRepeat) again.push(entry);
        else if (failure !== undefined) failures.push({ ...failure, index: entry.index });
      });
      if (again.length === 0 || waitMs === undefined) return { failures, unnamed: verdict.unnamed };
      pending = again;
      await this.#pause(waitMs);
    }
  }

  /** @returns the answer, a 2xx @throws {EmissionError} when there is none to be had */
  async #deliver(url: string, json: string): Promise<Answer> {
    const body = this.#settings.gzip ? await compress(json) : json;
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#attempt(url, body);
      if ('answer' in outcome && outcome.answer.status >= 200 && outcome.answer.status <= 299)
        return outcome.answer;
      const failure = explain(outcome);
      const askedMs = 'answer' in outcome ? outcome.answer.retryAfterMs : undefined;
      const waitMs = failure.retryable ? pauseBeforeRetry(this.#settings.retry, attempt, askedMs) : undefined;
      if (waitMs === undefined || this.#closing.signal.aborted) {
        const { origin, pathname } = new URL(url);
        const cause = 'cause' in outcome ? outcome.cause : undefined;
        throw new EmissionError(
          { ...failure, transport: this.kind, target: `${origin}${pathname}`, attempts: attempt },
          { cause },
        );
      }
      await this.#pause(waitMs);
    }
  }

  async #attempt(url: string, body: string | Uint8Array): Promise<Outcome> {
    const { timeoutMs, gzip: isCompressed, headers } = this.#settings;
    try {
      const token = await this.#settings.token();
      const answer = await post({
        url,
        body,
        timeoutMs,
        closing: this.#closing.signal,
        headers: {
          accept: 'application/json',
          ...headers(),
          'content-type': 'application/json',
          ...(isCompressed && { 'content-encoding': 'gzip' }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
      });
      return { answer };
    } catch (cause) {
      return { cause };
    }
  }

  /** Waits, or until close; the try that follows then says that the client was closed. */
  async #pause(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }
}

interface PartOutcome {
  readonly failures: readonly FailedEvent[];
  readonly unnamed: number;
  /** set when the whole part failed, after which no further part is sent */
  readonly cause?: EmissionError;
}

function notSent(part: readonly BatchEntry[]): PartOutcome {
  const reason = 'not sent, because an earlier part of the batch failed';
  return { failures: part.map(({ index }) => ({ index, reason, retryable: true })), unnamed: 0 };
}
