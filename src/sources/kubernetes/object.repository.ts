import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database, jsonText, type Lease, Leases } from '../../platform/index.js';
import type { Kind, Scope } from './objects/kinds.js';
import type { Observation } from './objects/observation.js';

/** An object of which lineage may not have been told all. */
export interface PendingObject {
  readonly uid: string;
  readonly observation: Observation;
  readonly observationHash: string;
  readonly goneAt: Date | null;
  /** How long ago it was first seen, and found to be gone. */
  readonly knownMs: number;
  readonly goneMs: number | null;
  readonly hasStarted: boolean;
  readonly progressHash: string | null;
  readonly hasEnded: boolean;
  readonly tries: number;
}

/** What became of telling of an object. */
export interface Told {
  readonly object: PendingObject;
  readonly hasStarted: boolean;
  readonly progressHash: string | null;
  readonly hasEnded: boolean;
  /** When and why it is to be tried again; absent when all was told. */
  readonly again?: { readonly afterMs: number; readonly problem?: string };
}

/** What watching tells of an object. */
export interface Seen {
  readonly observation: Observation;
  readonly isGone: boolean;
}

/** Whether what was seen is not what is kept, within the upsert. */
const IS_NEW = `(o.observation_hash <> excluded.observation_hash OR (o.gone_at IS NULL) <> (excluded.gone_at IS NULL))`;

/** The objects of the cluster as they were last seen. All writes are fenced by the lease. */
@Injectable()
export class ObjectRepository {
  constructor(
    private readonly database: Database,
    private readonly leases: Leases,
  ) {}

  /**
   * Keeps what was seen; an object that says nothing new changes nothing but its listing.
   * @param listing the list that saw them, or that the watch goes on from
   */
  async put(lease: Lease, cluster: string, listing: string, seen: readonly Seen[]): Promise<void> {
    // A chunk of a watch may tell of an object twice; the last word counts.
    const last = new Map(seen.map((each) => [each.observation.uid, each]));
    const rows = [...last.values()].map(({ observation, isGone }) => {
      const { uid, kind, namespace, name } = observation;
      return { uid, kind, namespace, name, observation, hash: hashOf(observation), gone: isGone };
    });
    await this.database.run(async () => {
      await this.leases.assertHeld(lease);
      await this.database.query(
        `INSERT INTO kubernetes_object AS o (cluster, uid, kind, namespace, name, observation, observation_hash, listing, gone_at)
         SELECT $1, uid, kind, namespace, name, observation, hash, $2, CASE WHEN gone THEN now() END
         FROM jsonb_to_recordset($3::jsonb) AS r
           (uid text, kind text, namespace text, name text, observation jsonb, hash text, gone boolean)
         ORDER BY uid
         ON CONFLICT (cluster, uid) DO UPDATE SET observation = excluded.observation,
           observation_hash = excluded.observation_hash, listing = excluded.listing,
           gone_at = CASE WHEN excluded.gone_at IS NULL THEN NULL ELSE coalesce(o.gone_at, excluded.gone_at) END,
           is_pending = o.is_pending OR ${IS_NEW}, tries = CASE WHEN ${IS_NEW} THEN 0 ELSE o.tries END,
           retry_at = CASE WHEN ${IS_NEW} THEN '-infinity' ELSE o.retry_at END`,
        [cluster, listing, JSON.stringify(rows)],
      );
    });
  }

  /** Says that a list saw objects that could not be read: they are there. */
  async touch(lease: Lease, cluster: string, listing: string, uids: readonly string[]): Promise<void> {
    await this.database.run(async () => {
      await this.leases.assertHeld(lease);
      await this.database.query(
        'UPDATE kubernetes_object SET listing = $2 WHERE cluster = $1 AND uid = ANY($3::text[])',
        [cluster, listing, uids],
      );
    });
  }

  /** Says that what a whole list of a scope did not see is gone. @returns how many are */
  async markGone(
    lease: Lease,
    cluster: string,
    { kind, namespace }: Scope,
    listing: string,
  ): Promise<number> {
    return this.database.run(async () => {
      await this.leases.assertHeld(lease);
      const rows = await this.database.query(
        `UPDATE kubernetes_object SET gone_at = now(), is_pending = true, retry_at = '-infinity'
         WHERE cluster = $1 AND kind = $2 AND ($3::text IS NULL OR namespace = $3) AND gone_at IS NULL AND listing <> $4
         RETURNING uid`,
        [cluster, kind, namespace ?? null, listing],
      );
      return rows.length;
    });
  }

  /** Objects of which there may be something to tell, those that waited longest first. */
  pending(cluster: string, limit: number): Promise<PendingObject[]> {
    return this.database.query<PendingObject>(
      `SELECT uid, observation, observation_hash AS "observationHash", gone_at AS "goneAt",
         (extract(epoch FROM now() - first_seen_at) * 1000)::float8 AS "knownMs",
         (extract(epoch FROM now() - gone_at) * 1000)::float8 AS "goneMs",
         has_started AS "hasStarted", progress_hash AS "progressHash", has_ended AS "hasEnded", tries
       FROM kubernetes_object WHERE cluster = $1 AND is_pending AND retry_at <= now()
       ORDER BY retry_at, uid LIMIT $2`,
      [cluster, limit],
    );
  }

  /** Milliseconds until something that is to be tried again is due; undefined when nothing waits. */
  async dueInMs(cluster: string): Promise<number | undefined> {
    const [row] = await this.database.query<{ ms: number }>(
      `SELECT (extract(epoch FROM greatest(min(retry_at), now()) - now()) * 1000)::float8 AS ms
       FROM kubernetes_object WHERE cluster = $1 AND is_pending HAVING count(*) > 0`,
      [cluster],
    );
    return row?.ms;
  }

  /** Objects by uid, those that are gone too. */
  async observations(cluster: string, uids: readonly string[]): Promise<Map<string, Observation>> {
    const rows = await this.database.query<{ uid: string; observation: Observation }>(
      'SELECT uid, observation FROM kubernetes_object WHERE cluster = $1 AND uid = ANY($2::text[])',
      [cluster, uids],
    );
    return new Map(rows.map(({ uid, observation }) => [uid, observation]));
  }

  /** Deployments that are there, by `NAMESPACE/NAME`. */
  async deployments(cluster: string, names: readonly string[]): Promise<Map<string, Observation>> {
    const rows = await this.database.query<{ observation: Observation }>(
      `SELECT observation FROM kubernetes_object
       WHERE cluster = $1 AND kind = 'Deployment' AND gone_at IS NULL AND (namespace, name) IN
         (SELECT split_part(n, '/', 1), split_part(n, '/', 2) FROM unnest($2::text[]) AS n)`,
      [cluster, names],
    );
    return new Map(
      rows.map(({ observation }) => [`${observation.namespace}/${observation.name}`, observation]),
    );
  }

  /** Keeps what was told. An object that was seen otherwise meanwhile stays pending. */
  async told(lease: Lease, cluster: string, told: readonly Told[]): Promise<void> {
    const rows = told.map(({ object, hasStarted, progressHash, hasEnded, again }) => ({
      ...{ uid: object.uid, hash: object.observationHash, wasGone: object.goneAt !== null },
      ...{ hasStarted, progressHash, hasEnded, afterMs: again?.afterMs ?? null },
      problem: again?.problem?.slice(0, 1_000) ?? null,
    }));
    await this.database.run(async () => {
      await this.leases.assertHeld(lease);
      await this.database.query(
        `UPDATE kubernetes_object AS o SET has_started = r."hasStarted", progress_hash = r."progressHash", has_ended = r."hasEnded",
           problem = r.problem, tries = CASE WHEN r.problem IS NULL THEN 0 ELSE o.tries + 1 END,
           is_pending = r."afterMs" IS NOT NULL OR o.observation_hash <> r.hash OR (o.gone_at IS NOT NULL) <> r."wasGone",
           retry_at = CASE WHEN r."afterMs" IS NOT NULL AND o.observation_hash = r.hash
             THEN now() + r."afterMs" * interval '1 millisecond' ELSE '-infinity' END
         FROM jsonb_to_recordset($2::jsonb) AS r (uid text, hash text, "wasGone" boolean, "hasStarted" boolean,
           "progressHash" text, "hasEnded" boolean, "afterMs" float8, problem text)
         WHERE o.cluster = $1 AND o.uid = r.uid`,
        [cluster, jsonText(rows)],
      );
    });
  }

  /** What there is to show: objects by kind, and those of which lineage does not take what is told. */
  async counts(
    cluster: string,
  ): Promise<{ objects: Record<Kind, number>; refused: number; problem?: string }> {
    const rows = await this.database.query<{
      kind: Kind;
      count: number;
      refused: number;
      problem: string | null;
    }>(
      `SELECT kind, count(*) FILTER (WHERE gone_at IS NULL)::int AS count, count(problem)::int AS refused, max(problem) AS problem
       FROM kubernetes_object WHERE cluster = $1 AND (gone_at IS NULL OR is_pending) GROUP BY kind`,
      [cluster],
    );
    const objects = { Pod: 0, Job: 0, CronJob: 0, Deployment: 0 };
    for (const { kind, count } of rows) objects[kind] = count;
    const problem = rows.find((row) => row.problem !== null)?.problem ?? undefined;
    const refused = rows.reduce((sum, row) => sum + row.refused, 0);
    return { objects, refused, ...(problem !== undefined && { problem }) };
  }

  /**
   * Drops objects that are gone and told of, and that no other one can ask for any more.
   * @param refusedOlderThanHours the same for those that lineage does not take
   */
  async forget(olderThanHours: number, refusedOlderThanHours: number): Promise<void> {
    await this.database.query(
      `DELETE FROM kubernetes_object WHERE gone_at < now() - $1 * interval '1 hour'
         AND (NOT is_pending OR (problem IS NOT NULL AND gone_at < now() - $2 * interval '1 hour'))`,
      [olderThanHours, refusedOlderThanHours],
    );
  }
}

function hashOf(observation: Observation): string {
  return createHash('sha256').update(JSON.stringify(observation)).digest('hex');
}
