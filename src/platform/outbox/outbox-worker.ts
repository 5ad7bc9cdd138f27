import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type BeforeApplicationShutdown,
} from '@nestjs/common';
import { Database } from '../database/database.js';
import { prepared } from '../database/prepared.js';
import { ControlLoop } from '../leases/control-loop.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { outboxDeliveries } from '../metrics/metrics.js';
import {
  currentTraceparent,
  failed,
  inSpan,
  isSampled,
  noteworthy,
  SpanKind,
  withTraceparent,
} from '../tracing/index.js';
import { Outbox, type OutboxMessage } from './outbox.js';

/** Deliveries of one message before it is put aside as dead. With the backoff below: about an hour. */
export const MAX_ATTEMPTS = 12;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MAX_MS = 600_000;
const POLL_MS = 1_000;
const BATCH = 200;
/** Messages of different keys that are delivered at once. */
const CONCURRENCY = 4;

/** Those that may be delivered now. What must wait for another that waits is none of them: many of those would fill all batches. */
const DUE = `SELECT id, topic, traceparent FROM outbox_message AS m
  WHERE dead_at IS NULL AND next_attempt_at <= now() AND topic = ANY($1::text[]) AND NOT EXISTS (
    SELECT FROM outbox_message AS older
    WHERE older.topic = m.topic AND older.ordering_key = m.ordering_key AND older.id < m.id AND older.dead_at IS NULL
      AND older.next_attempt_at > now())
  ORDER BY id LIMIT ${BATCH}`;

/** Of messages $1 those that nobody delivers, and before which no older one of the same topic and key waits that is not among them. */
const CLAIM = `WITH free AS (
    SELECT id FROM outbox_message WHERE id = ANY($1::bigint[]) AND dead_at IS NULL AND next_attempt_at <= now()
    ORDER BY id FOR UPDATE SKIP LOCKED)
  UPDATE outbox_message AS m SET attempts = attempts + 1, next_attempt_at = now() + interval '60 seconds'
  WHERE m.id = ANY($1::bigint[]) AND id IN (SELECT id FROM free) AND NOT EXISTS (
    SELECT FROM outbox_message AS older
    WHERE older.topic = m.topic AND older.ordering_key = m.ordering_key AND older.id < m.id AND older.dead_at IS NULL
      AND older.id NOT IN (SELECT id FROM free))
  RETURNING id, topic, ordering_key AS "orderingKey", payload, attempts - 1 AS attempts, traceparent`;

type DueMessage = Pick<OutboxMessage, 'id' | 'topic' | 'traceparent'>;

/**
 * Delivers the outbox. Several processes may run it: a message is locked while it is delivered, and a message is taken only
 * when no older one of the same topic and key waits, so a failing message holds back its own key and no other.
 */
@Injectable()
export class OutboxWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private isStopping = false;
  private lastBatch: Promise<unknown> = Promise.resolve();
  private readonly loop = new ControlLoop(
    async () => ((await this.deliverBatch()) > 0 ? 0 : POLL_MS),
    (error) => {
      this.log.error({ err: error }, 'outbox: the database did not answer');
      return POLL_MS;
    },
    'outbox',
  );

  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.outbox.onAppended(this.loop.wake);
    this.loop.start();
  }

  /** Stops after the messages under way. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await this.loop.stop();
  }

  /** Delivers what is due now, after what this process delivers already: for tests and tools. @returns messages delivered */
  async drain(): Promise<number> {
    let delivered = 0;
    for (;;) {
      const count = await this.deliverBatch();
      if (count === 0) return delivered;
      delivered += count;
    }
  }

  /** One batch at a time, so that whoever finds nothing due knows that nothing is under way here. */
  private deliverBatch(): Promise<number> {
    const batch = this.lastBatch.then(() => this.deliverDue());
    this.lastBatch = batch.catch(() => undefined);
    return batch;
  }

  private async deliverDue(): Promise<number> {
    const due = await this.database.query<DueMessage>(prepared(DUE), [this.outbox.topics]);
    let taken = 0;
    const queue = this.parcels(due).values();
    const work = async () => {
      for (const ids of queue) {
        if (this.isStopping) return;
        taken += await this.deliver(ids);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
    return taken;
  }

  /** Which messages go to a handler together: those of one topic that takes many, but none of a trace with any other. */
  private parcels(due: readonly DueMessage[]): string[][] {
    const parcels = new Map<string, string[]>();
    for (const { id, topic, traceparent } of due) {
      const trace = isSampled(traceparent) ? traceparent : null;
      const key = JSON.stringify([topic, trace, this.outbox.subscriptionOf(topic).takesMany ? null : id]);
      const parcel = parcels.get(key);
      if (parcel === undefined) parcels.set(key, [id]);
      else parcel.push(id);
    }
    return [...parcels.values()];
  }

  /**
   * Delivers messages of one topic under a claim of their rows: it moves `next_attempt_at` ahead, so that a process that dies in mid-delivery
   * leaves messages that are due again later. The handler runs outside of any transaction, since it calls other systems.
   * @returns how many could be claimed
   */
  private async deliver(ids: readonly string[]): Promise<number> {
    const messages = await this.database.query<OutboxMessage>(prepared(CLAIM), [ids]);
    const [first] = messages;
    if (first === undefined) return 0;
    noteworthy();
    messages.sort((a, b) => Number(a.id) - Number(b.id));
    const { topic, traceparent } = first;
    const options = {
      kind: SpanKind.CONSUMER,
      attributes: {
        'messaging.system': 'cairn_outbox',
        'messaging.operation.type': 'process',
        'messaging.destination.name': topic,
        'messaging.batch.message_count': messages.length,
        ...(messages.length === 1 && {
          'messaging.message.id': first.id,
          'cairn.outbox.attempts': first.attempts,
        }),
      },
      links: [currentTraceparent()],
    };
    await withTraceparent(traceparent, () =>
      inSpan(`outbox ${topic}`, options, () => this.process(messages)),
    );
    return messages.length;
  }

  private async process(messages: readonly OutboxMessage[]): Promise<void> {
    const [{ topic }] = messages as [OutboxMessage];
    const ids = messages.map(({ id }) => id);
    try {
      await this.outbox.subscriptionOf(topic).handler(messages);
      await this.database.query(prepared('DELETE FROM outbox_message WHERE id = ANY($1::bigint[])'), [ids]);
      outboxDeliveries.inc({ topic, outcome: 'delivered' }, messages.length);
    } catch (error) {
      failed(error);
      if (messages.length === 1) await this.putBack(messages[0]!, error);
      else await this.deliverEach(ids);
    }
  }

  /** One of them could not be delivered: it is put back by itself, and only what must wait for it waits. */
  private async deliverEach(ids: readonly string[]): Promise<void> {
    await this.database.query(
      'UPDATE outbox_message SET attempts = attempts - 1, next_attempt_at = now() WHERE id = ANY($1)',
      [ids],
    );
    for (const id of ids) {
      if (this.isStopping) return;
      await this.deliver([id]);
    }
  }

  private async putBack(message: OutboxMessage, error: unknown): Promise<void> {
    const attempts = message.attempts + 1;
    const isDead = attempts >= MAX_ATTEMPTS;
    const delayMs =
      Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (attempts - 1)) * (0.5 + Math.random() / 2);
    await this.database.query(
      `UPDATE outbox_message SET last_error = $2, next_attempt_at = now() + $3 * interval '1 millisecond',
         dead_at = CASE WHEN $4 THEN now() END WHERE id = $1`,
      [message.id, String(error).slice(0, 2000).replaceAll('\0', '\ufffd'), delayMs, isDead],
    );
    outboxDeliveries.inc({ topic: message.topic, outcome: isDead ? 'dead' : 'failed' });
    this.log.warn(
      { err: error, topic: message.topic, id: message.id, attempts, isDead },
      'outbox: a delivery failed',
    );
  }
}
