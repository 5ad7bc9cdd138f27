import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { prepared } from '../database/prepared.js';
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

/**
 * Delivers messages of one topic, those of one key in the order of their writing. It may be called again with the same messages, so it must be
 * idempotent; throwing means later again.
 */
export type OutboxHandler = (messages: readonly OutboxMessage[]) => Promise<void>;

interface Subscription {
  readonly handler: OutboxHandler;
  /** Whether the handler takes many messages at once. */
  readonly takesMany: boolean;
}

/**
 * The way out of a transaction: entries are written with the change they follow from, and delivered after it committed,
 * at least once, in order per topic and key.
 */
@Injectable()
export class Outbox {
  private readonly subscriptions = new Map<string, Subscription>();
  private wake: () => void = () => undefined;

  constructor(private readonly database: Database) {}

  /** Writes entries in the transaction under way. */
  async append(entries: readonly OutboxEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await this.database.query(
      prepared(`INSERT INTO outbox_message (topic, ordering_key, payload, traceparent)
       SELECT e->>'topic', e->>'orderingKey', e->'payload', $2 FROM jsonb_array_elements($1::jsonb) AS e`),
      [JSON.stringify(entries), currentTraceparent()],
    );
    this.database.afterCommit(() => this.wake());
  }

  /** Registers the one handler of a topic, at construction of the module that owns it. It gets one message at a time. */
  handle(topic: string, handler: (message: OutboxMessage) => Promise<void>): void {
    this.subscribe(topic, { handler: ([message]) => handler(message!), takesMany: false });
  }

  /** The same, for a handler that gets up to 200 messages at once. When it fails they are delivered again, one by one. */
  handleMany(topic: string, handler: OutboxHandler): void {
    this.subscribe(topic, { handler, takesMany: true });
  }

  /** Topics with a handler in this process. */
  get topics(): readonly string[] {
    return [...this.subscriptions.keys()];
  }

  /** @param topic one of {@link topics} */
  subscriptionOf(topic: string): Subscription {
    return this.subscriptions.get(topic)!;
  }

  /** Calls `wake` after each commit that wrote entries. For the worker. */
  onAppended(wake: () => void): void {
    this.wake = wake;
  }

  private subscribe(topic: string, subscription: Subscription): void {
    if (this.subscriptions.has(topic)) throw new TypeError(`outbox topic ${topic} has two handlers`);
    this.subscriptions.set(topic, subscription);
  }
}
