import { Inject, Injectable, Optional } from '@nestjs/common';
import { CONFIG, type Config, Database, prepared } from '../../platform/index.js';
import type { Sha256 } from '../../storage/index.js';
import type { NodePlace } from './pack-format.js';

/** A node that was asked for, in its pack. */
export interface PackedNode {
  /** Which of those asked for, from 0. */
  readonly at: number;
  readonly start: number;
  readonly sizeBytes: number;
}

/** A pack, and which of the nodes asked for are in it. */
export interface PackedNodes {
  readonly pack: Sha256;
  readonly nodes: PackedNode[];
}

/** A pack as the index knows it. */
export interface PackRow {
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  /** When a writer last put it, or relied on a node of it. Behind by up to an hour. */
  readonly usedAt: Date;
}

/**
 * Nodes whose digests are the bytes of the first parameter, each with its place `i` among them. A list, as PostgreSQL expects of
 * `generate_series` a thousand when it does not know the bytes, and would plan anew for all that have less.
 */
const NAMED = `unnest(ARRAY(SELECT generate_series(0, length($1::bytea) / 32 - 1))) AS i
         JOIN tree_node AS n ON n.sha256 = substring($1::bytea FROM i * 32 + 1 FOR 32)`;
/** Of a node that was found: its place among those asked for, its start and its length. */
const PLACE_BYTES = 12;

@Injectable()
export class PackRepository {
  /** Packs that were used since need not be noted again. Far below the grace period of garbage collection, however short that is. */
  private readonly freshSeconds: number;

  constructor(
    private readonly database: Database,
    @Optional() @Inject(CONFIG) config?: Config,
  ) {
    this.freshSeconds = Math.min(3600, ((config?.CAIRN_GC_GRACE_HOURS ?? 168) * 3600) / 4);
  }

  /** Where those of the nodes are that are known. */
  async find(names: readonly Sha256[]): Promise<PackedNodes[]> {
    const rows = await this.database.query<{ pack: Sha256; places: Buffer }>(
      prepared(`SELECT encode(p.sha256, 'hex') AS pack, places FROM tree_pack AS p JOIN (
         SELECT n.pack_id, string_agg(int4send(i) || int4send(n.start_byte) || int4send(n.size_bytes), '') AS places
         FROM ${NAMED} GROUP BY n.pack_id
       ) AS n ON n.pack_id = p.id`),
      [bytesOf(names)],
    );
    return rows.map(({ pack, places }) => ({ pack, nodes: nodesAt(places) }));
  }

  /**
   * Those of the nodes that are known, for a writer that will rely on them: their packs count as used from now on. A pack whose
   * removal came first is not relied on.
   */
  async use(names: readonly Sha256[]): Promise<Set<Sha256>> {
    const [row] = await this.database.query<{ known: Buffer | null }>(
      prepared(`WITH known AS (
         SELECT i, n.pack_id, p.used_at < now() - $2 * interval '1 second' AS is_stale
         FROM ${NAMED} JOIN tree_pack AS p ON p.id = n.pack_id
       ), used AS (
         UPDATE tree_pack SET used_at = now()
         WHERE id IN (SELECT pack_id FROM known WHERE is_stale) RETURNING id
       )
       SELECT string_agg(int4send(i), '') AS known FROM known WHERE NOT is_stale OR pack_id IN (SELECT id FROM used)`),
      [bytesOf(names), this.freshSeconds],
    );
    const known = row?.known ?? Buffer.alloc(0);
    return new Set(Array.from({ length: known.length / 4 }, (_, i) => names[known.readUInt32BE(i * 4)]!));
  }

  /** Notes a stored pack. Nodes that are known in another one stay there. */
  async insert(pack: Sha256, sizeBytes: number, places: readonly NodePlace[]): Promise<void> {
    // In one order by all writers, so that none waits for one that waits for it.
    const sorted = [...places].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
    await this.database.query(
      prepared(`WITH pack AS (
         INSERT INTO tree_pack (sha256, size_bytes) VALUES ($1, $2)
         ON CONFLICT (sha256) DO UPDATE SET used_at = now() RETURNING id
       )
       INSERT INTO tree_node (sha256, pack_id, start_byte, size_bytes)
       SELECT substring($3::bytea FROM (i::int - 1) * 32 + 1 FOR 32), pack.id, start_byte, node.size_bytes
       FROM pack, unnest($4::int[], $5::int[]) WITH ORDINALITY AS node (start_byte, size_bytes, i)
       ON CONFLICT (sha256) DO NOTHING`),
      [
        Buffer.from(pack, 'hex'),
        sizeBytes,
        bytesOf(sorted.map(({ sha256 }) => sha256)),
        sorted.map(({ start }) => start),
        sorted.map((place) => place.sizeBytes),
      ],
    );
  }

  /** Packs by digest. @param after only those behind this one */
  list(after: Sha256 | undefined, limit: number): Promise<PackRow[]> {
    return this.database.query<PackRow>(
      `SELECT encode(sha256, 'hex') AS sha256, size_bytes AS "sizeBytes", used_at AS "usedAt"
       FROM tree_pack WHERE sha256 > $1 ORDER BY sha256 LIMIT $2`,
      [Buffer.from(after ?? '', 'hex'), limit],
    );
  }

  /** @returns the digests of the nodes that are to be read from the pack, one after another */
  async nodesOf(pack: Sha256): Promise<Buffer> {
    const [row] = await this.database.query<{ digests: Buffer | null }>(
      `SELECT string_agg(n.sha256, '' ORDER BY n.start_byte) AS digests
       FROM tree_node AS n JOIN tree_pack AS p ON p.id = n.pack_id WHERE p.sha256 = $1`,
      [Buffer.from(pack, 'hex')],
    );
    return row?.digests ?? Buffer.alloc(0);
  }

  /** Forgets a pack and the nodes in it. @returns false when it was used since, or is not known */
  async remove(pack: Sha256, unusedSince: Date): Promise<boolean> {
    const rows = await this.database.query(
      'DELETE FROM tree_pack WHERE sha256 = $1 AND used_at < $2 RETURNING 1',
      [Buffer.from(pack, 'hex'), unusedSince],
    );
    return rows.length > 0;
  }
}

/** Digests one after another: as an array PostgreSQL takes twice the time for them, and the driver four times. */
function bytesOf(names: readonly Sha256[]): Buffer {
  return Buffer.from(names.join(''), 'hex');
}

function nodesAt(places: Buffer): PackedNode[] {
  return Array.from({ length: places.length / PLACE_BYTES }, (_, i) => ({
    at: places.readInt32BE(i * PLACE_BYTES),
    start: places.readInt32BE(i * PLACE_BYTES + 4),
    sizeBytes: places.readInt32BE(i * PLACE_BYTES + 8),
  }));
}
