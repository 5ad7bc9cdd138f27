import type { DedicatedConnection } from '../../../platform/index.js';
import { type ChainEnd, NO_RECORDS } from './chain.js';
import { copyLines, RECORD_COLUMNS } from './copy-lines.js';
import type { ChainedRecord } from './record.js';

/** A change that waits for its place in a chain. */
export interface WaitingChange {
  readonly at: Date;
  readonly body: string;
}

/** Where a chain ended when another one was opened. */
export interface SegmentHead {
  readonly segment: string;
  readonly seq: number;
  readonly hash: string;
}

/** Segments that an opening names at most: the open ones, and those closed last. */
const HEADS = 50;

/** The SQL of segments, on the connection that holds the lock of one. */
export class SegmentSql {
  constructor(readonly connection: DedicatedConnection) {}

  async begin(): Promise<void> {
    await this.connection.query('BEGIN');
  }

  async commit(): Promise<void> {
    await this.connection.query('COMMIT');
  }

  async rollback(): Promise<void> {
    await this.connection.query('ROLLBACK');
  }

  /** Ends the session of an earlier connection of this process, so that what it began is decided. */
  async endSession(pid: number): Promise<void> {
    await this.connection.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE pid = $1 AND application_name = 'cairn audit' AND usename = current_user`,
      [pid],
    );
  }

  /** Whose lock it is writes the segment. It ends with the session. */
  async tryLock(segment: string): Promise<boolean> {
    const [row] = await this.connection.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [
      lockOf(segment),
    ]);
    return row!.held;
  }

  async unlock(segment: string): Promise<void> {
    await this.connection.query('SELECT pg_advisory_unlock($1)', [lockOf(segment)]);
  }

  async insertSegment(segment: string, process: string): Promise<void> {
    await this.connection.query('INSERT INTO audit_segment (id, opened_at, process) VALUES ($1, now(), $2)', [
      segment,
      process,
    ]);
  }

  async closeSegment(segment: string): Promise<void> {
    await this.connection.query('UPDATE audit_segment SET closed_at = now() WHERE id = $1', [segment]);
  }

  async isOpen(segment: string): Promise<boolean> {
    const rows = await this.connection.query(
      'SELECT 1 FROM audit_segment WHERE id = $1 AND closed_at IS NULL',
      [segment],
    );
    return rows.length > 0;
  }

  async openSegments(): Promise<string[]> {
    const rows = await this.connection.query<{ id: string }>(
      'SELECT id FROM audit_segment WHERE closed_at IS NULL ORDER BY opened_at LIMIT 1000',
    );
    return rows.map(({ id }) => id);
  }

  async insert(segment: string, batches: Iterable<readonly ChainedRecord[]>): Promise<void> {
    await this.connection.copy(RECORD_COLUMNS, linesOf(segment, batches));
  }

  async has(segment: string, { seq, hash }: ChainEnd): Promise<boolean> {
    const rows = await this.connection.query(
      'SELECT 1 FROM audit_record WHERE segment = $1 AND seq = $2 AND hash = $3',
      [segment, seq, hash],
    );
    return rows.length > 0;
  }

  async endOf(segment: string): Promise<ChainEnd> {
    const [row] = await this.connection.query<{ seq: string; hash: Buffer; at: Date }>(
      'SELECT seq, hash, at FROM audit_record WHERE segment = $1 ORDER BY seq DESC LIMIT 1',
      [segment],
    );
    return row ? { seq: Number(row.seq), hash: row.hash, at: row.at.getTime() } : NO_RECORDS;
  }

  /** Where the segments end that are open, and those that were closed last. */
  async heads(): Promise<SegmentHead[]> {
    const rows = await this.connection.query<{ segment: string; seq: string; hash: string }>(
      `SELECT s.id AS segment, r.seq, encode(r.hash, 'hex') AS hash
       FROM (SELECT id FROM audit_segment ORDER BY closed_at DESC NULLS FIRST LIMIT ${HEADS}) AS s
       CROSS JOIN LATERAL (SELECT seq, hash FROM audit_record WHERE segment = s.id ORDER BY seq DESC LIMIT 1) AS r
       ORDER BY s.id`,
    );
    return rows.map(({ seq, ...head }) => ({ ...head, seq: Number(seq) }));
  }

  /** Takes changes away that nobody else is about to chain. Within a transaction. @returns the oldest first */
  async takeChanges(limit: number): Promise<WaitingChange[]> {
    return this.connection.query<WaitingChange>(
      `WITH taken AS (SELECT id, at, body FROM audit_change ORDER BY at LIMIT $1 FOR UPDATE SKIP LOCKED),
         gone AS (DELETE FROM audit_change USING taken WHERE audit_change.id = taken.id)
       SELECT at, body FROM taken ORDER BY at`,
      [limit],
    );
  }
}

function* linesOf(segment: string, batches: Iterable<readonly ChainedRecord[]>): Generator<string> {
  for (const records of batches) yield copyLines(segment, records);
}

/** A segment's lock: of its id the last 60 bits, a positive bigint. */
function lockOf(segment: string): string {
  return BigInt(`0x${segment.replaceAll('-', '').slice(-15)}`).toString();
}
