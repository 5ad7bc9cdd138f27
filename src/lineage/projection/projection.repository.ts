import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Database } from '../../platform/index.js';
import { canonicalJson } from '../events/canonical-json.js';
import { type FacetFact, type Facts, RUN_STATES } from './facts.js';

/** Facets whose change is shown by search: names of columns and what people wrote. */
const SEARCHED_FACETS = ['schema', 'documentation'];

const MAX_KNOWN_VALUES = 50_000;

/**
 * Writes facts by set-based upserts that follow the rules of `mergeFacts`. Rows are taken in the order of their keys, so that
 * concurrent writers do not lock each other out. All in the transaction under way.
 */
@Injectable()
export class ProjectionRepository {
  /** Facet values that are known to be stored; they are never deleted while the service runs. */
  private readonly knownValues = new LRUCache<string, true>({ max: MAX_KNOWN_VALUES });

  constructor(private readonly database: Database) {}

  async writeEdges({ edges }: Facts): Promise<void> {
    await this.write(
      edges,
      `INSERT INTO lineage_edge AS e (source_id, target_id, first_seen_at, last_seen_at)
       SELECT * FROM jsonb_to_recordset($1::jsonb) AS r
         ("sourceId" uuid, "targetId" uuid, "firstSeenAt" timestamptz, "lastSeenAt" timestamptz)
       ORDER BY "sourceId", "targetId"
       ON CONFLICT (source_id, target_id) DO UPDATE SET
         first_seen_at = least(e.first_seen_at, excluded.first_seen_at), last_seen_at = greatest(e.last_seen_at, excluded.last_seen_at)
       WHERE excluded.first_seen_at < e.first_seen_at OR excluded.last_seen_at > e.last_seen_at`,
    );
  }

  async writeColumnEdges({ columnEdges }: Facts): Promise<void> {
    const rows = [...columnEdges].map(([key, edge]) => ({ ...edge, id: uuidOf(key) }));
    await this.write(
      rows,
      `INSERT INTO lineage_column_edge AS e
         (id, source_id, source_column, target_id, target_column, transformation, first_seen_at, last_seen_at)
       SELECT * FROM jsonb_to_recordset($1::jsonb) AS r
         (id uuid, "sourceId" uuid, "sourceColumn" text, "targetId" uuid, "targetColumn" text, transformation text,
          "firstSeenAt" timestamptz, "lastSeenAt" timestamptz)
       ORDER BY id
       ON CONFLICT (id) DO UPDATE SET
         first_seen_at = least(e.first_seen_at, excluded.first_seen_at), last_seen_at = greatest(e.last_seen_at, excluded.last_seen_at)
       WHERE excluded.first_seen_at < e.first_seen_at OR excluded.last_seen_at > e.last_seen_at`,
    );
  }

  async writeRuns({ runs }: Facts): Promise<void> {
    const rows = [...runs.values()].map((run) => ({ ...run, state: RUN_STATES.indexOf(run.state) }));
    await this.write(
      rows,
      `INSERT INTO lineage_run AS r
         (run_id, job_id, job_claim, state, started_at, ended_at, first_event_at, parent_run_id, parent_claim)
       SELECT * FROM jsonb_to_recordset($1::jsonb) AS n
         ("runId" uuid, "jobId" uuid, "jobClaim" text, state smallint, "startedAt" timestamptz, "endedAt" timestamptz,
          "firstEventAt" timestamptz, "parentRunId" uuid, "parentClaim" text)
       ORDER BY "runId"
       ON CONFLICT (run_id) DO UPDATE SET
         job_id = CASE WHEN excluded.job_claim > r.job_claim THEN excluded.job_id ELSE r.job_id END,
         job_claim = greatest(r.job_claim, excluded.job_claim),
         state = greatest(r.state, excluded.state),
         started_at = least(r.started_at, excluded.started_at),
         ended_at = greatest(r.ended_at, excluded.ended_at),
         first_event_at = least(r.first_event_at, excluded.first_event_at),
         parent_run_id = CASE WHEN excluded.parent_claim > r.parent_claim OR r.parent_claim IS NULL
           THEN excluded.parent_run_id ELSE r.parent_run_id END,
         parent_claim = greatest(r.parent_claim, excluded.parent_claim)`,
    );
  }

  async writeRunDatasets({ runDatasets }: Facts): Promise<void> {
    await this.write(
      runDatasets,
      `INSERT INTO lineage_run_dataset AS d (run_id, asset_id, direction, version, version_claim)
       SELECT * FROM jsonb_to_recordset($1::jsonb) AS r
         ("runId" uuid, "assetId" uuid, direction text, version text, "versionClaim" text)
       ORDER BY "runId", direction, "assetId"
       ON CONFLICT (run_id, direction, asset_id) DO UPDATE SET version = excluded.version, version_claim = excluded.version_claim
       WHERE excluded.version_claim > d.version_claim OR (d.version_claim IS NULL AND excluded.version_claim IS NOT NULL)`,
    );
  }

  async writeVersions({ versions }: Facts): Promise<void> {
    await this.write(
      versions,
      `INSERT INTO lineage_version AS v (asset_id, version, seen_at, run_id, run_claim)
       SELECT * FROM jsonb_to_recordset($1::jsonb) AS r
         ("assetId" uuid, version text, "seenAt" timestamptz, "runId" uuid, "runClaim" text)
       ORDER BY "assetId", version
       ON CONFLICT (asset_id, version) DO UPDATE SET
         seen_at = least(v.seen_at, excluded.seen_at),
         run_id = CASE WHEN excluded.run_claim < v.run_claim THEN excluded.run_id ELSE v.run_id END,
         run_claim = least(v.run_claim, excluded.run_claim)
       WHERE excluded.seen_at < v.seen_at OR excluded.run_claim < v.run_claim`,
    );
  }

  /** @returns ids of the assets whose entry in the search index changes by it */
  async writeFacets({ facets }: Facts): Promise<string[]> {
    if (facets.size === 0) return [];
    const { rows, stored } = await this.storeValues([...facets.values()]);
    const changed = await this.database.query<{ id: string }>(
      `WITH given AS (
         SELECT * FROM jsonb_to_recordset($1::jsonb) AS r ("holderId" uuid, holder text, name text, "valueId" uuid, claim text)
       ), before AS (
         SELECT f.holder_id, f.name, f.value_id FROM given AS g
         JOIN lineage_facet AS f ON f.holder_id = g."holderId" AND f.holder = g.holder AND f.name = g.name
         WHERE g.holder = 'asset' AND g.name = ANY($2)
       ), written AS (
         INSERT INTO lineage_facet AS f (holder_id, holder, name, value_id, claim)
         SELECT * FROM (SELECT "holderId", holder, name, "valueId", claim FROM given) AS r ORDER BY "holderId", holder, name
         ON CONFLICT (holder_id, holder, name) DO UPDATE SET value_id = excluded.value_id, claim = excluded.claim
         WHERE excluded.claim > f.claim
         RETURNING holder_id, holder, name, value_id
       )
       SELECT DISTINCT w.holder_id AS id FROM written AS w LEFT JOIN before AS b USING (holder_id, name)
       WHERE w.holder = 'asset' AND w.name = ANY($2) AND w.value_id IS DISTINCT FROM b.value_id`,
      [JSON.stringify(rows), SEARCHED_FACETS],
    );
    // Last, so that nothing rolled back to a savepoint is taken for stored.
    this.database.afterCommit(() => stored.forEach((id) => this.knownValues.set(id, true)));
    return changed.map(({ id }) => id);
  }

  /** Stores values that are not known to be there; the same facet is sent again and again. */
  private async storeValues(facets: readonly FacetFact[]): Promise<{ rows: object[]; stored: string[] }> {
    const unknown = new Map<string, string>();
    const rows = facets.map(({ value, ...facet }) => {
      if (value === null) return { ...facet, valueId: null };
      const json = canonicalJson(value);
      const valueId = uuidOf(json);
      if (this.knownValues.get(valueId) === undefined) unknown.set(valueId, json);
      return { ...facet, valueId };
    });
    if (unknown.size > 0) {
      const values = [...unknown].map(([id, json]) => `{"id":"${id}","value":${json}}`);
      await this.database.query(
        `INSERT INTO lineage_facet_value (id, value)
         SELECT r.id, r.value FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, value jsonb) ORDER BY r.id ON CONFLICT (id) DO NOTHING`,
        [`[${values.join(',')}]`],
      );
    }
    return { rows, stored: [...unknown.keys()] };
  }

  private async write(rows: ReadonlyMap<string, object> | readonly object[], sql: string): Promise<void> {
    const list = Array.isArray(rows) ? (rows as readonly object[]) : [...rows.values()];
    if (list.length > 0) await this.database.query(sql, [JSON.stringify(list)]);
  }
}

/** A UUID out of the SHA-256 of a text. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
