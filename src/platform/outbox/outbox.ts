import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { currentTraceparent } from '../tracing/index.js';

/** What follows from a change, to be delivered at least once. */
export interface OutboxEntry {
  /** Which handler it is for, e.g. `search.index`. */
  readonly topic: string;
  /** Entries of one topic and key are delivered in the order of their writing: an asset's id. */
  readonly orderingKey: string;
  /** JSON values only. */
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A message as a handler gets it. */
export interface OutboxMessage extends OutboxEntry {
  readonly id: string;
  /** Deliveries before this one. */
  readonly attempts: number;
  /** W3C context of the work that wrote it, under which the handler runs; null without tracing. */
  readonly traceparent: string | null;
}

/** Delivers one message. It may be called again with the same message, so it must be idempotent; throwing means later again. */
export type OutboxHandler = (message: OutboxMessage) => Promise<void>;

/**
 * The way out of a transaction: entries are written with the change they follow from, and delivered after it committed,
 * at least once, in order per topic and key.
 */
@Injectable()
export class Outbox {
  private readonly handlers = new Map<string, OutboxHandler>();
  private wake: () => void = () => undefined;

  constructor(private readonly database: Database) {}

  /** Writes entries in the transaction under way. */
  async append(entries: readonly OutboxEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await this.database.query(
      `INSERT INTO outbox_message (topic, ordering_key, payload, traceparent)
       SELECT e->>'topic', e->>'orderingKey', e->'payload', $2 FROM jsonb_array_elements($1::jsonb) AS e`,
      [JSON.stringify(entries), currentTraceparent()],
    );
    this.database.afterCommit(() => this.wake());
  }

  /** Registers the one handler of a topic, at construction of the module that owns it. */
  handle(topic: string, handler: OutboxHandler): void {
    if (this.handlers.has(topic)) throw new TypeError(`outbox topic ${topic} has two handlers`);
    this.handlers.set(topic, handler);
  }

  /** Topics with a handler in this process. */
  get topics(): readonly string[] {
    return [...this.handlers.keys()];
  }

  handlerOf(topic: string): OutboxHandler | undefined {
    return this.handlers.get(topic);
  }

  /** Calls `wake` after each commit that wrote entries. For the worker. */
  onAppended(wake: () => void): void {
    this.wake = wake;
  }
}
