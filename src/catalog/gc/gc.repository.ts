import { Injectable } from '@nestjs/common';
import { Database, type PageRequest } from '../../platform/index.js';
import type { Sha256 } from '../../storage/index.js';
import { GC_LOCK } from './gc-lock.js';
import type { GarbageCollection, KeepingTimes } from './garbage-collection.js';

const COLUMNS = `operation_id AS "operationId", is_dry_run AS "isDryRun", started_at AS "startedAt",
  removed_from_at AS "removedFromAt", undone_at AS "undoneAt", undone_by AS "undoneBy"`;
const REMOVED_AT_ONCE = 500;
/** Removals of a process that is not heard of any more are gone on with after so long; no request to a store lasts longer. */
const ABANDONED = "interval '30 minutes'";

/** An object as the ledger knows it. */
export interface LedgerRow {
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  readonly isCondemned: boolean;
  /** Nobody said within the grace period that it is needed. */
  readonly isOld: boolean;
}

/** What of the ledger and of commits garbage collection reads and changes. */
@Injectable()
export class GcRepository {
  constructor(private readonly database: Database) {}

  async begin(operationId: string, isDryRun: boolean): Promise<void> {
    await this.database.query(
      'INSERT INTO garbage_collection (operation_id, is_dry_run) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [operationId, isDryRun],
    );
  }

  async find(operationId: string): Promise<GarbageCollection | undefined> {
    const [row] = await this.database.query<GarbageCollection>(
      `SELECT ${COLUMNS} FROM garbage_collection WHERE operation_id = $1 FOR UPDATE`,
      [operationId],
    );
    return row;
  }

  /** Newest first. */
  list(page: PageRequest<readonly [number]>): Promise<(GarbageCollection & { seq: number })[]> {
    return this.database.query(
      `SELECT ${COLUMNS}, seq::float8 AS seq FROM garbage_collection WHERE ($1::float8 IS NULL OR seq < $1) ORDER BY seq DESC LIMIT $2`,
      [page.after?.[0] ?? null, page.limit],
    );
  }

  /** Seconds since the last one that was no dry run began; undefined when there was none. */
  async secondsSinceLast(): Promise<number | undefined> {
    const [row] = await this.database.query<{ seconds: number | null }>(
      'SELECT extract(epoch FROM now() - max(started_at))::float8 AS seconds FROM garbage_collection WHERE NOT is_dry_run',
    );
    return row?.seconds ?? undefined;
  }

  /**
   * Commits that nothing reaches: no ref, no move of a ref that is remembered, no model version, none of `kept`, and that are not
   * young. In a transaction that is to collect them: refs cannot be put on others' commits until it ends.
   * @param kept ids of commits that other rooms refer to
   */
  async unreachedCommits(
    { graceSeconds, historySeconds }: KeepingTimes,
    kept: readonly string[],
  ): Promise<string[]> {
    await this.database.query(`SELECT pg_advisory_xact_lock(${GC_LOCK})`);
    const rows = await this.database.query<{ id: string }>(
      `WITH RECURSIVE alive AS (
         SELECT id FROM repository WHERE deleted_at IS NULL OR deleted_at > now() - $2 * interval '1 second'
       ), root AS (
         SELECT r.repository_id, r.commit_id AS id FROM ref AS r JOIN alive ON alive.id = r.repository_id
         UNION SELECT l.repository_id, unnest(ARRAY[l.from_commit, l.to_commit]) FROM reflog AS l JOIN alive ON alive.id = l.repository_id
           WHERE l.at > now() - $2 * interval '1 second'
         UNION SELECT repository_id, commit_id FROM model_version
         UNION SELECT repository_id, id FROM commit WHERE committed_at > now() - $1 * interval '1 second' OR id = ANY($3)
       ), reached AS (
         SELECT repository_id, id FROM root WHERE id IS NOT NULL
         UNION SELECT c.repository_id, unnest(c.parents) FROM reached AS d JOIN commit AS c ON c.repository_id = d.repository_id AND c.id = d.id
       )
       SELECT c.repository_id || ' ' || c.id AS id FROM commit AS c
       WHERE c.collected_at IS NULL AND NOT EXISTS (SELECT 1 FROM reached AS d WHERE d.repository_id = c.repository_id AND d.id = c.id)`,
      [graceSeconds, historySeconds, kept],
    );
    return rows.map(({ id }) => id);
  }

  /** @param commits as {@link unreachedCommits} names them */
  async collectCommits(operationId: string, commits: readonly string[]): Promise<void> {
    await this.database.query(
      `UPDATE commit AS c SET collected_at = now(), collected_by = $1 FROM unnest($2::text[]) AS n (name)
       WHERE c.repository_id = split_part(n.name, ' ', 1)::uuid AND c.id = split_part(n.name, ' ', 2)`,
      [operationId, commits],
    );
  }

  /** Trees of commits that are not collected, newest first: `[name of the commit, tree]`. */
  trees(): AsyncIterable<(string | undefined)[][]> {
    return this.database.copy(
      "SELECT repository_id || ' ' || id, tree FROM commit WHERE collected_at IS NULL ORDER BY seq DESC",
    );
  }

  staged(): AsyncIterable<(string | undefined)[][]> {
    return this.database.copy(
      "SELECT c.sha256 FROM staged_change AS c JOIN staging_area AS a ON a.id = c.area_id WHERE (a.closed_at IS NULL OR a.closed_at = 'infinity') AND c.sha256 IS NOT NULL",
    );
  }

  /** `[pack, node]` of all nodes, those of a pack one after another. */
  packedNodes(): AsyncIterable<(string | undefined)[][]> {
    return this.database.copy(
      "SELECT encode(p.sha256, 'hex'), encode(n.sha256, 'hex') FROM tree_node AS n JOIN tree_pack AS p ON p.id = n.pack_id ORDER BY n.pack_id",
    );
  }

  async objectCount(): Promise<number> {
    const [row] = await this.database.query<{ count: string }>('SELECT count(*) FROM stored_object');
    return Number(row!.count);
  }

  /** The ledger, in order. What was touched or condemned after `startedAt` does not count as old. */
  async *ledger(startedAt: Date, { graceSeconds }: KeepingTimes): AsyncGenerator<LedgerRow[]> {
    const cutoff = new Date(startedAt.getTime() - graceSeconds * 1000).toISOString();
    const batches = this.database.copy(
      `SELECT o.sha256, o.size_bytes, o.condemned_at IS NOT NULL, o.touched_at < '${cutoff}' AND coalesce(p.used_at < '${cutoff}', true)
       FROM stored_object AS o LEFT JOIN tree_pack AS p ON p.sha256 = decode(o.sha256, 'hex') WHERE o.removing_at IS NULL ORDER BY o.sha256`,
    );
    for await (const batch of batches) {
      yield batch.map(([sha256, sizeBytes, isCondemned, isOld]) => ({
        ...{ sha256: sha256 as Sha256, sizeBytes: Number(sizeBytes) },
        ...{ isCondemned: isCondemned === 't', isOld: isOld === 't' },
      }));
    }
  }

  /** @returns those that were; what was touched meanwhile is not */
  async condemn(
    operationId: string,
    digests: readonly string[],
    startedAt: Date,
    { graceSeconds }: KeepingTimes,
  ): Promise<Set<string>> {
    const cutoff = new Date(startedAt.getTime() - graceSeconds * 1000);
    const rows = await this.database.query<{ sha256: string }>(
      `UPDATE stored_object AS o SET condemned_at = now(), condemned_by = $1
       WHERE sha256 = ANY($2) AND condemned_at IS NULL AND touched_at < $3
         AND NOT EXISTS (SELECT 1 FROM tree_pack AS p WHERE p.sha256 = decode(o.sha256, 'hex') AND p.used_at >= $3) RETURNING sha256`,
      [operationId, digests, cutoff],
    );
    return new Set(rows.map(({ sha256 }) => sha256));
  }

  async revive(digests: readonly string[]): Promise<void> {
    await this.database.query(
      'UPDATE stored_object SET condemned_at = NULL, condemned_by = NULL WHERE sha256 = ANY($1) AND removing_at IS NULL',
      [digests],
    );
  }

  /**
   * Takes some objects that were condemned long enough before `startedAt` to be removed by the caller, in a transaction: nobody can refer
   * to them from then on. Packs that a writer relied on since are revived instead.
   */
  async takeToRemove(
    startedAt: Date,
    { undoSeconds }: KeepingTimes,
  ): Promise<{ sha256: Sha256; sizeBytes: number }[]> {
    const cutoff = new Date(startedAt.getTime() - undoSeconds * 1000);
    const rows = await this.database.query<{
      sha256: Sha256;
      sizeBytes: number;
      condemnedBy: string;
      condemnedAt: Date;
    }>(
      `SELECT sha256, size_bytes::float8 AS "sizeBytes", condemned_by AS "condemnedBy", condemned_at AS "condemnedAt" FROM stored_object
       WHERE condemned_at < $1 AND (removing_at IS NULL OR removing_at < now() - ${ABANDONED})
       ORDER BY condemned_at LIMIT ${REMOVED_AT_ONCE} FOR UPDATE SKIP LOCKED`,
      [cutoff],
    );
    if (rows.length === 0) return [];
    const digests = rows.map(({ sha256 }) => sha256);
    // Who relies on a node notes it at its pack, and finds the pack gone if this came first.
    await this.database.query(
      `DELETE FROM tree_pack AS p USING stored_object AS o
       WHERE o.sha256 = ANY($1) AND p.sha256 = decode(o.sha256, 'hex') AND p.used_at < o.condemned_at`,
      [digests],
    );
    const kept = await this.database.query<{ sha256: Sha256 }>(
      `SELECT encode(sha256, 'hex') AS sha256 FROM tree_pack WHERE sha256 = ANY(SELECT decode(d, 'hex') FROM unnest($1::text[]) AS d)`,
      [digests],
    );
    const used = new Set(kept.map(({ sha256 }) => sha256));
    if (used.size > 0) await this.revive([...used]);
    const taken = rows.filter(({ sha256 }) => !used.has(sha256));
    const gone = taken.map(({ sha256 }) => sha256);
    await this.database.query('UPDATE stored_object SET removing_at = now() WHERE sha256 = ANY($1)', [gone]);
    await this.database.query('DELETE FROM repository_object WHERE sha256 = ANY($1)', [gone]);
    await this.database.query('DELETE FROM content_profile WHERE sha256 = ANY($1)', [gone]);
    await this.database.query('DELETE FROM imported_object WHERE sha256 = ANY($1)', [gone]);
    await this.database.query(
      `UPDATE garbage_collection SET removed_from_at = coalesce(removed_from_at, now())
       WHERE seq <= (SELECT max(seq) FROM garbage_collection WHERE operation_id = ANY($1))`,
      [[...new Set(taken.map(({ condemnedBy }) => condemnedBy))]],
    );
    return taken.map(({ sha256, sizeBytes }) => ({ sha256, sizeBytes }));
  }

  /** What {@link takeToRemove} would take, for a dry run. */
  async *removable(
    startedAt: Date,
    { undoSeconds }: KeepingTimes,
  ): AsyncGenerator<{ readonly sha256: Sha256; readonly sizeBytes: number }> {
    const cutoff = new Date(startedAt.getTime() - undoSeconds * 1000).toISOString();
    const batches = this.database.copy(
      `SELECT sha256, size_bytes FROM stored_object WHERE condemned_at < '${cutoff}'`,
    );
    for await (const batch of batches)
      for (const [sha256, sizeBytes] of batch)
        yield { sha256: sha256 as Sha256, sizeBytes: Number(sizeBytes) };
  }

  async forget(digests: readonly string[]): Promise<void> {
    await this.database.query(
      'DELETE FROM stored_object WHERE sha256 = ANY($1) AND removing_at IS NOT NULL',
      [digests],
    );
  }

  /**
   * Since when something is gone that a collection, or one after it, condemned. What commits of a collection reach may have been too
   * young for it, and be condemned by a later one. None of them removes more until the transaction under way ends.
   */
  async removedFrom(operationId: string): Promise<Date | undefined> {
    const rows = await this.database.query<{ removedFromAt: Date | null }>(
      `SELECT removed_from_at AS "removedFromAt" FROM garbage_collection
       WHERE seq >= (SELECT seq FROM garbage_collection WHERE operation_id = $1) ORDER BY seq FOR UPDATE`,
      [operationId],
    );
    return rows.find(({ removedFromAt }) => removedFromAt !== null)?.removedFromAt ?? undefined;
  }

  /** Takes back what a collection condemned, and of objects what those after it did, as its commits may need them. */
  async undo(operationId: string, actor: string): Promise<void> {
    await this.database.query(
      'UPDATE commit SET collected_at = NULL, collected_by = NULL WHERE collected_by = $1',
      [operationId],
    );
    await this.database.query(
      `UPDATE stored_object SET condemned_at = NULL, condemned_by = NULL, touched_at = now()
       WHERE removing_at IS NULL AND condemned_by IN (
         SELECT operation_id FROM garbage_collection WHERE seq >= (SELECT seq FROM garbage_collection WHERE operation_id = $1)
       )`,
      [operationId],
    );
    await this.database.query(
      'UPDATE garbage_collection SET undone_at = coalesce(undone_at, now()), undone_by = coalesce(undone_by, $2) WHERE operation_id = $1',
      [operationId, actor],
    );
  }
}
