import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/index.js';

/** A segment that no root covers to its end. */
export interface UnrootedSegment {
  readonly id: string;
  /** The last record that a root covers; −1 for none. */
  readonly rootedTo: number;
  readonly isClosed: boolean;
}

/** The database's copy of a root. */
export interface KeptRoot {
  readonly number: number;
  readonly at: Date;
  readonly document: string;
}

/** Few enough that requests do not wait for the tree of a page. */
const HASHES_AT_ONCE = 2_000;
const HASH_BYTES = 32;

/** What roots are made of, and the database's own copy of them. */
@Injectable()
export class RootRepository {
  constructor(private readonly database: Database) {}

  /** The oldest first. */
  async unrooted(limit: number): Promise<UnrootedSegment[]> {
    const rows = await this.database.query<Omit<UnrootedSegment, 'rootedTo'> & { rootedTo: string }>(
      `SELECT id, rooted_to AS "rootedTo", closed_at IS NOT NULL AS "isClosed" FROM audit_segment
       WHERE NOT is_rooted ORDER BY opened_at, id LIMIT $1`,
      [limit],
    );
    return rows.map((row) => ({ ...row, rootedTo: Number(row.rootedTo) }));
  }

  /** Hashes of the records of a segment behind one, in order, in pages, each with the place of its last. */
  async *hashes(
    segment: string,
    after: number,
    upTo = Number.MAX_SAFE_INTEGER,
  ): AsyncGenerator<{ readonly hashes: readonly Buffer[]; readonly to: number }> {
    for (let last = after; ;) {
      const [page] = await this.database.query<{ bytes: Buffer | null; to: string }>(
        `SELECT string_agg(hash, ''::bytea ORDER BY seq) AS bytes, max(seq) AS "to" FROM (
           SELECT seq, hash FROM audit_record WHERE segment = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT ${HASHES_AT_ONCE}) AS r`,
        [segment, last, upTo],
      );
      if (!page?.bytes) return;
      const { bytes, to } = page;
      const hashes = Array.from({ length: bytes.length / HASH_BYTES }, (_, at) =>
        bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
      );
      last = Number(to);
      yield { hashes, to: last };
      if (hashes.length < HASHES_AT_ONCE) return;
    }
  }

  /** The last root that the database knows. */
  async last(): Promise<KeptRoot | undefined> {
    const [row] = await this.database.query<KeptRoot>(
      'SELECT number::float8 AS number, at, document FROM audit_root ORDER BY number DESC LIMIT 1',
    );
    return row;
  }

  /** Keeps a root as the store has it, unless another took it over just now. */
  async insert(number: number, at: Date, document: string): Promise<void> {
    await this.database.query(
      'INSERT INTO audit_root (number, at, document) VALUES ($1, $2, $3) ON CONFLICT (number) DO NOTHING',
      [number, at, document],
    );
  }

  /** The root that covers a record; undefined when none does yet. @param at when the record says that it was made: no clock is a day wrong */
  async covering(
    segment: string,
    seq: number,
    at: string,
  ): Promise<{ number: number; document: string } | undefined> {
    const [row] = await this.database.query<{ number: string; document: string }>(
      `SELECT r.number, r.document FROM audit_root AS r,
         jsonb_to_recordset((r.document::jsonb -> 'segments')) AS s (segment uuid, "from" bigint, "to" bigint)
       WHERE r.at >= $3::timestamptz - interval '1 day' AND s.segment = $1 AND $2 BETWEEN s."from" AND s."to"
       ORDER BY r.number LIMIT 1`,
      [segment, seq, at],
    );
    return row && { number: Number(row.number), document: row.document };
  }

  async setRooted(segment: string, rootedTo: number, isRooted: boolean): Promise<void> {
    await this.database.query(
      'UPDATE audit_segment SET rooted_to = greatest(rooted_to, $2), is_rooted = is_rooted OR $3 WHERE id = $1',
      [segment, rootedTo, isRooted],
    );
  }
}
