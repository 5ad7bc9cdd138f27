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

/**
 * Delivers the outbox. Several processes may run it: a message is locked while it is delivered, and a message is taken only
 * when no older one of the same topic and key waits, so a failing message holds back its own key and no other.
 */
@Injectable()
export class OutboxWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private isStopping = false;
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

  /** Delivers what is due now, for tests and tools that must not wait. @returns messages delivered */
  async drain(): Promise<number> {
    let delivered = 0;
    for (;;) {
      const count = await this.deliverBatch();
      if (count === 0) return delivered;
      delivered += count;
    }
  }

  private async deliverBatch(): Promise<number> {
    const due = await this.database.query<{ id: string }>(
      `SELECT id FROM outbox_message
       WHERE dead_at IS NULL AND next_attempt_at <= now() AND topic = ANY($1) ORDER BY id LIMIT ${BATCH}`,
      [this.outbox.topics],
    );
    let taken = 0;
    const queue = due.values();
    const work = async () => {
      for (const { id } of queue) {
        if (this.isStopping) return;
        if (await this.deliver(id)) taken++;
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
    return taken;
  }

  /**
   * Delivers one message while its row is locked by an own session-level claim: the claim moves `next_attempt_at` ahead, so
   * that a process that dies in mid-delivery leaves a message that is due again later. The handler runs outside of any
   * transaction, since it calls other systems.
   */
  private async deliver(id: string): Promise<boolean> {
    const [message] = await this.database.query<OutboxMessage>(
      prepared(`UPDATE outbox_message AS m SET attempts = attempts + 1, next_attempt_at = now() + interval '60 seconds'
       WHERE id = (
         SELECT id FROM outbox_message WHERE id = $1 AND dead_at IS NULL AND next_attempt_at <= now() FOR UPDATE SKIP LOCKED)
         AND NOT EXISTS (
           SELECT 1 FROM outbox_message AS older
           WHERE older.topic = m.topic AND older.ordering_key = m.ordering_key AND older.id < m.id AND older.dead_at IS NULL)
       RETURNING id, topic, ordering_key AS "orderingKey", payload, attempts - 1 AS attempts, traceparent`),
      [id],
    );
    if (!message) return false;
    noteworthy();
    const { topic, attempts, traceparent } = message;
    const options = {
      kind: SpanKind.CONSUMER,
      attributes: {
        'messaging.system': 'cairn_outbox',
        'messaging.operation.type': 'process',
        'messaging.destination.name': topic,
        'messaging.message.id': id,
        'cairn.outbox.attempts': attempts,
      },
      links: [currentTraceparent()],
    };
    await withTraceparent(traceparent, () => inSpan(`outbox ${topic}`, options, () => this.process(message)));
    return true;
  }

  private async process(message: OutboxMessage): Promise<void> {
    try {
      await this.outbox.handlerOf(message.topic)!(message);
      await this.database.query('DELETE FROM outbox_message WHERE id = $1', [message.id]);
      outboxDeliveries.inc({ topic: message.topic, outcome: 'delivered' });
    } catch (error) {
      failed(error);
      await this.putBack(message, error);
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
      [message.id, String(error).slice(0, 2000), delayMs, isDead],
    );
    outboxDeliveries.inc({ topic: message.topic, outcome: isDead ? 'dead' : 'failed' });
    this.log.warn(
      { err: error, topic: message.topic, id: message.id, attempts, isDead },
      'outbox: a delivery failed',
    );
  }
}
