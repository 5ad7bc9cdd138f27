import { setTimeout } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Consumer, EachBatchPayload, KafkaMessage, SASLOptions } from 'kafkajs';
import type { Principal } from '../../identity/index.js';
import { IngestionService } from '../../lineage/index.js';
import { CONFIG, type Config, HealthChecks, LOGGER, type Logger } from '../../platform/index.js';
import { inSpan, SpanKind, withTraceparent } from '../../platform/tracing/index.js';
import { isTransient } from '../emission/is-transient.js';
import { SourcePrincipal } from '../emission/source-principal.js';
import { kafkaMessages } from './metrics.js';
import { PoisonMessages } from './poison-messages.js';

/** Messages that are on their way into the database at once; the ingestion gathers them into transactions. */
const AT_ONCE = 500;
const CONNECT_AGAIN_MS = 1_000;
/** An empty topic is answered every 5 s; who says nothing for so long is away. */
const SILENCE_MS = 15_000;
const RETRY = { initialRetryTime: 300, maxRetryTime: 2_000, retries: Number.MAX_SAFE_INTEGER };

/**
 * Reads the topic of the OpenLineage Kafka transport. Each message passes the same ingestion as an HTTP request, as the principal
 * KAFKA_SUBJECT, whose `emit` rights are asked. An offset is committed after its message is in the database: in the event log,
 * or, when it can never be taken, among the dead letters. A crash in between delivers again, and a known event changes nothing.
 * Source: openlineage-python and openlineage-java, transport `kafka`: the value is one event as JSON.
 */
@Injectable()
export class KafkaSource implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private heardAt = 0;
  private lastError: string | undefined;
  /** Why the last messages that came could not be taken in. */
  private takingError: string | undefined;
  private readonly stopping = new AbortController();
  private reading: Promise<void> | undefined;

  constructor(
    private readonly ingestion: IngestionService,
    private readonly poison: PoisonMessages,
    private readonly principal: SourcePrincipal,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly log: Logger,
    health: HealthChecks,
  ) {
    if (config.KAFKA_BROKERS === undefined) return;
    // The service takes events by HTTP whatever the brokers do.
    health.register('kafka', async () => {
      const isReading = Date.now() - this.heardAt < SILENCE_MS;
      return {
        isReady: true,
        isDegraded: !isReading || this.lastError !== undefined,
        report: { topic: config.KAFKA_TOPIC, isReading, lastError: this.lastError },
      };
    });
  }

  /** The service starts whether or not the brokers answer; reading begins when they do. */
  onApplicationBootstrap(): void {
    if (this.config.KAFKA_BROKERS !== undefined) this.reading = this.read(this.config.KAFKA_BROKERS);
  }

  /** Lets what is on its way reach the database. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.reading;
  }

  private async read(brokers: readonly string[]): Promise<void> {
    const { KAFKA_TOPIC: topic, KAFKA_GROUP: groupId, KAFKA_TLS: ssl, CAIRN_MAX_BODY_BYTES } = this.config;
    const { Kafka, logLevel } = await import('kafkajs');
    const kafka = new Kafka({
      ...{ clientId: 'cairn', brokers: [...brokers], ssl, sasl: saslOf(this.config), retry: RETRY },
      logLevel: logLevel.WARN,
      logCreator:
        () =>
        ({ log, namespace, level }) => {
          this.log.warn({ ...log, namespace }, 'kafka');
          if (level === logLevel.ERROR) this.lastError = String(log['error'] ?? log.message);
        },
    });
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const consumer = kafka.consumer({ groupId, maxBytesPerPartition: CAIRN_MAX_BODY_BYTES, retry: RETRY });
      try {
        await this.consume(consumer, topic);
      } catch (error) {
        // A topic that is not there yet, brokers that do not know it yet, a group that threw the consumer out.
        if (!signal.aborted) this.failed(error);
      }
      await consumer.disconnect().catch(() => undefined);
      await setTimeout(CONNECT_AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Reads until the service stops, or the consumer ends by itself. */
  private async consume(consumer: Consumer, topic: string): Promise<void> {
    const { CRASH, FETCH, GROUP_JOIN } = consumer.events;
    const crashed = new Promise<never>((_, reject) => {
      consumer.on(CRASH, ({ payload: { error, restart } }) => {
        this.failed(error);
        if (!restart) reject(error);
      });
    });
    crashed.catch(() => undefined);
    consumer.on(GROUP_JOIN, ({ payload: { groupId } }) =>
      this.log.info({ topic, groupId }, 'kafka: reading'),
    );
    consumer.on(FETCH, () => {
      this.heardAt = Date.now();
      this.lastError = this.takingError;
    });
    const { signal } = this.stopping;
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    const started = async () => {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (batch) => this.takeBatch(batch),
      });
      await stopped;
    };
    await Promise.race([started(), crashed, stopped]);
  }

  /** What throws is fetched again later, from the last committed offset on. */
  private async takeBatch({
    batch,
    isStale,
    isRunning,
    heartbeat,
    resolveOffset,
    commitOffsetsIfNecessary,
  }: EachBatchPayload) {
    const { topic, partition, messages } = batch;
    for (let at = 0; at < messages.length && isRunning() && !isStale(); at += AT_ONCE) {
      const some = messages.slice(at, at + AT_ONCE);
      try {
        const caller = await this.principal.now('KAFKA_SUBJECT');
        const outcomes = await Promise.allSettled(
          some.map((message) => traced(message, topic, () => this.take(caller, topic, partition, message))),
        );
        const failure = outcomes.find((outcome) => outcome.status === 'rejected');
        if (failure) throw failure.reason;
      } catch (error) {
        this.failed(error);
        this.takingError = this.lastError;
        throw error;
      }
      this.takingError = undefined;
      const last = some.at(-1)!.offset;
      resolveOffset(last);
      const offset = (BigInt(last) + 1n).toString();
      await commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
      await heartbeat();
    }
  }

  private async take(
    caller: Principal,
    topic: string,
    partition: number,
    message: KafkaMessage,
  ): Promise<void> {
    const text = message.value?.toString('utf8') ?? '';
    try {
      await this.ingestion.ingestText(caller, text);
      kafkaMessages.inc({ outcome: 'taken' });
    } catch (error) {
      if (isTransient(error)) throw error;
      await this.poison.bury({ topic, partition, offset: message.offset, text }, error);
      kafkaMessages.inc({ outcome: 'buried' });
    }
  }

  private failed(error: unknown): void {
    this.lastError = error instanceof Error ? error.message : String(error);
    this.log.warn({ err: error }, 'kafka: reading is held up');
  }
}

/** Goes on with the trace that the message came with, in its W3C header. */
function traced<T>(message: KafkaMessage, topic: string, work: () => Promise<T>): Promise<T> {
  const attributes = {
    'messaging.system': 'kafka',
    'messaging.operation.type': 'process',
    'messaging.destination.name': topic,
  };
  return withTraceparent(message.headers?.['traceparent']?.toString(), () =>
    inSpan(`process ${topic}`, { kind: SpanKind.CONSUMER, attributes }, work),
  );
}

function saslOf({
  KAFKA_SASL_MECHANISM: mechanism,
  KAFKA_USERNAME,
  KAFKA_PASSWORD,
}: Config): SASLOptions | undefined {
  if (KAFKA_USERNAME === undefined || KAFKA_PASSWORD === undefined) return undefined;
  return { mechanism, username: KAFKA_USERNAME, password: KAFKA_PASSWORD } as SASLOptions;
}
