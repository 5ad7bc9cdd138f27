import type * as kafkajs from 'kafkajs';
import { BatchEmissionError, ConfigurationError, EmissionError } from '../errors.js';
import type { LineageEvent } from '../generated/types.js';
import { optional } from '../optional.js';
import { type KafkaSettings, kafkaSettings } from './kafka-settings.js';
import { serialize, serializeAll, type Transport } from './transport.js';

/** How events are sent to Kafka. */
export interface KafkaTransportOptions {
  readonly topic: string;
  /** settings of a producer by librdkafka's names, `bootstrap.servers` at least; see the README for those that are known */
  readonly config: Readonly<Record<string, string | number | boolean>>;
  /** of every message; default: one for each job, so that its events stay in order, that of the root or parent run when it is told */
  readonly messageKey?: string;
}

/** Sends events as messages of JSON to a topic. Needs the package `kafkajs`. */
export class KafkaTransport implements Transport {
  readonly kind = 'kafka';
  readonly #topic: string;
  readonly #messageKey: string | undefined;
  readonly #settings: KafkaSettings;
  readonly #producer: kafkajs.Producer;
  #connected: Promise<void> | undefined;

  /** @throws {ConfigurationError} naming the option and the rule; `kafkajs` is not installed */
  constructor({ topic, config, messageKey }: KafkaTransportOptions) {
    if (!topic) throw new ConfigurationError('topic', 'must name a topic');
    const { Kafka, logLevel } = optional<typeof kafkajs>('kafkajs', 'transport.type');
    this.#topic = topic;
    this.#messageKey = messageKey;
    this.#settings = kafkaSettings(config);
    this.#producer = new Kafka({ ...this.#settings.client, logLevel: logLevel.NOTHING }).producer();
  }

  /** @throws {EmissionError} the brokers did not acknowledge it */
  async emit(event: LineageEvent): Promise<void> {
    await this.#send([{ key: this.#keyOf(event), value: serialize(event) }]);
  }

  /** @throws {BatchEmissionError} for the batch as a whole */
  async emitBatch(events: readonly LineageEvent[]): Promise<void> {
    if (events.length === 0) return;
    const values = serializeAll(events);
    try {
      await this.#send(events.map((event, i) => ({ key: this.#keyOf(event), value: values[i]! })));
    } catch (error) {
      if (!(error instanceof EmissionError)) throw error;
      const { message: reason, retryable } = error;
      const failures = events.map((_, index) => ({ index, reason, retryable }));
      throw new BatchEmissionError(events.length, failures, 0, { cause: error });
    }
  }

  async close(): Promise<void> {
    const connected = this.#connected;
    this.#connected = undefined;
    if (connected !== undefined) await this.#producer.disconnect();
  }

  async #send(messages: { key: string; value: string }[]): Promise<void> {
    try {
      this.#connected ??= this.#producer.connect();
      await this.#connected;
      await this.#producer.send({ topic: this.#topic, messages, acks: this.#settings.acks });
    } catch (error) {
      this.#connected = undefined;
      const { message: reason, retriable = true } = error as Error & { retriable?: boolean };
      throw new EmissionError(
        { transport: this.kind, target: this.#topic, attempts: 1, reason, retryable: retriable },
        { cause: error },
      );
    }
  }

  #keyOf(event: LineageEvent): string {
    return this.#messageKey ?? messageKeyOf(event);
  }
}

/** The key that keeps what belongs together in one partition. */
export function messageKeyOf(event: LineageEvent): string {
  if (!('job' in event)) return `dataset:${event.dataset.namespace}/${event.dataset.name}`;
  if (!('run' in event)) return `job:${event.job.namespace}/${event.job.name}`;
  const parent = event.run.facets?.parent;
  const job = parent?.root?.job ?? parent?.job ?? event.job;
  return `run:${job.namespace}/${job.name}`;
}
