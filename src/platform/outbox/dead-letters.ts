import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { OutboxEntry } from './outbox.js';

/** A message whose deliveries were given up. */
export interface DeadLetter {
  readonly id: string;
  readonly topic: string;
  readonly orderingKey: string;
  readonly payload: Record<string, unknown>;
  readonly attempts: number;
  readonly lastError: string;
  readonly deadAt: Date;
}

/** What the outbox gave up on: visible, and replayable once the cause is mended. Callers authorize. */
@Injectable()
export class DeadLetters {
  constructor(private readonly database: Database) {}

  /** @param limit 1–1000, oldest first */
  list(limit: number): Promise<DeadLetter[]> {
    return this.database.query<DeadLetter>(
      `SELECT id, topic, ordering_key AS "orderingKey", payload, attempts, last_error AS "lastError", dead_at AS "deadAt"
       FROM outbox_message WHERE dead_at IS NOT NULL ORDER BY id LIMIT $1`,
      [limit],
    );
  }

  /**
   * Puts a message aside at once, without a delivery: what came from outside and can never be taken as it is. The same topic and
   * ordering key is put aside once.
   */
  async bury({ topic, orderingKey, payload }: OutboxEntry, reason: string): Promise<void> {
    await this.database.query(
      `INSERT INTO outbox_message (topic, ordering_key, payload, last_error, dead_at)
       SELECT $1, $2, $3, $4, now() WHERE NOT EXISTS (
         SELECT 1 FROM outbox_message WHERE topic = $1 AND ordering_key = $2 AND dead_at IS NOT NULL)`,
      [topic, orderingKey, JSON.stringify(payload), reason.slice(0, 2_000)],
    );
  }

  /** Makes dead letters due again. @param ids all of them when absent @returns how many */
  async replay(ids?: readonly string[]): Promise<number> {
    const rows = await this.database.query(
      `UPDATE outbox_message SET dead_at = NULL, attempts = 0, next_attempt_at = now()
       WHERE dead_at IS NOT NULL AND ($1::bigint[] IS NULL OR id = ANY($1)) RETURNING id`,
      [ids ?? null],
    );
    return rows.length;
  }

  /** Messages that wait and messages that are dead, and how long the oldest waits, for metrics and health. */
  async depth(): Promise<{ waiting: number; dead: number; oldestAgeSeconds: number }> {
    const [row] = await this.database.query<{ waiting: number; dead: number; oldestAgeSeconds: number }>(
      `SELECT count(*) FILTER (WHERE dead_at IS NULL)::int AS waiting, count(*) FILTER (WHERE dead_at IS NOT NULL)::int AS dead,
         coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE dead_at IS NULL)), 0)::float8 AS "oldestAgeSeconds"
       FROM outbox_message`,
    );
    return row!;
  }
}
