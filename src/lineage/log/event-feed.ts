import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import type { EventBody, EventKind } from '../events/event.js';
import { PROJECTION_LOCK } from './event-log.repository.js';

/** An event of the log, for what follows it. */
export interface FedEvent {
  readonly seq: string;
  readonly id: string;
  readonly kind: EventKind;
  readonly eventTime: Date;
  readonly receivedAt: Date;
  /** Who sent it, as a subject. */
  readonly principal: string;
  readonly body: EventBody;
}

/** Tells up to which `seq` a follower has come; undefined while it follows nothing. */
export type FollowerPosition = () => Promise<string | undefined>;

/** The event log for followers that keep a position in it. They see everything: what they show to whom is theirs to decide. */
@Injectable()
export class EventFeed {
  private readonly followers: FollowerPosition[] = [];

  constructor(private readonly database: Database) {}

  /** Adds a follower, at its construction: no event goes from the log before it had it. */
  follow(position: FollowerPosition): void {
    this.followers.push(position);
  }

  /** Whether all followers have come to `seq`. */
  async isFollowedTo(seq: string): Promise<boolean> {
    const positions = await Promise.all(this.followers.map((position) => position()));
    return positions.every((position) => position === undefined || BigInt(position) >= BigInt(seq));
  }

  /** The greatest `seq` up to which nothing can come any more: numbers are drawn before transactions end, in any order. */
  watermark(): Promise<string> {
    return this.database.run(async () => {
      // Waits for those who append, and holds off others for this one look.
      await this.database.query('SELECT pg_advisory_xact_lock($1)', [PROJECTION_LOCK]);
      const [row] = await this.database.query<{ seq: string }>(
        'SELECT coalesce(max(seq), 0) AS seq FROM lineage_event',
      );
      return row!.seq;
    });
  }

  /** Whether anything came beyond a {@link watermark}, for what looks often: nobody waits for it. */
  async hasBeyond(after: string): Promise<boolean> {
    const [row] = await this.database.query<{ found: boolean }>(
      'SELECT EXISTS (SELECT FROM lineage_event WHERE seq > $1) AS found',
      [after],
    );
    return row!.found;
  }

  /**
   * Events in the order of their arrival.
   * @param after exclusive
   * @param upTo inclusive: a {@link watermark}
   * @param maxBytes of their bodies together; one event is given however large it is
   */
  read(after: string, upTo: string, limit: number, maxBytes: number): Promise<FedEvent[]> {
    return this.database.query(
      `WITH sized AS (
         SELECT seq, sum(octet_length(body::text)) OVER (ORDER BY seq) AS bytes, row_number() OVER (ORDER BY seq) AS place
         FROM (SELECT seq, body FROM lineage_event WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3) AS e
       )
       SELECT seq, id, kind, event_time AS "eventTime", received_at AS "receivedAt", principal, body
       FROM lineage_event JOIN sized USING (seq) WHERE bytes <= $4 OR place = 1 ORDER BY seq`,
      [after, upTo, limit, maxBytes],
    );
  }
}
