/**
 * The upserts of the derived tables. Each takes the place of its rows, a JSON list, and joins them with what is there by the rules of
 * `mergeFacts`: least or greatest of what was said.
 */

/** An edge holds from its first observation on; of datasets that were dropped see {@link CUT_BY_DROPS}. */
export const UPSERT_EDGES = (given: string): string => `
  INSERT INTO lineage_edge AS e (source_id, target_id, first_seen_at, last_seen_at, valid)
  SELECT "sourceId", "targetId", "firstSeenAt", "lastSeenAt", tstzmultirange(tstzrange("firstSeenAt", NULL))
  FROM jsonb_to_recordset(${given}) AS r ("sourceId" uuid, "targetId" uuid, "firstSeenAt" timestamptz, "lastSeenAt" timestamptz)
  ORDER BY "sourceId", "targetId"
  ON CONFLICT (source_id, target_id) DO UPDATE SET
    first_seen_at = least(e.first_seen_at, excluded.first_seen_at), last_seen_at = greatest(e.last_seen_at, excluded.last_seen_at),
    valid = e.valid + excluded.valid,
    changed_by = CASE WHEN e.valid @> excluded.valid THEN e.changed_by ELSE excluded.changed_by END
  WHERE excluded.first_seen_at < e.first_seen_at OR excluded.last_seen_at > e.last_seen_at OR NOT e.valid @> excluded.valid`;

/** A run known only from other runs has claims that begin with 0, its own events claims that begin with 1. */
export const UPSERT_RUNS = (given: string): string => `
  INSERT INTO lineage_run AS r
    (run_id, job_id, job_claim, state, started_at, ended_at, first_event_at, last_event_at, completed_at, failed_at, aborted_at,
     parent_run_id, parent_claim, of_job_id)
  SELECT * FROM jsonb_to_recordset(${given}) AS n
    ("runId" uuid, "jobId" uuid, "jobClaim" text, state smallint, "startedAt" timestamptz, "endedAt" timestamptz,
     "firstEventAt" timestamptz, "lastEventAt" timestamptz, "completedAt" timestamptz, "failedAt" timestamptz, "abortedAt" timestamptz,
     "parentRunId" uuid, "parentClaim" text, "ofJobId" uuid)
  ORDER BY "runId"
  ON CONFLICT (run_id) DO UPDATE SET
    job_id = CASE WHEN excluded.job_claim > r.job_claim THEN excluded.job_id ELSE r.job_id END,
    of_job_id = CASE WHEN excluded.job_claim > r.job_claim THEN excluded.of_job_id ELSE r.of_job_id END,
    job_claim = greatest(r.job_claim, excluded.job_claim),
    state = greatest(r.state, excluded.state),
    started_at = least(r.started_at, excluded.started_at),
    ended_at = greatest(r.ended_at, excluded.ended_at),
    first_event_at = least(r.first_event_at, excluded.first_event_at),
    last_event_at = greatest(r.last_event_at, excluded.last_event_at),
    completed_at = greatest(r.completed_at, excluded.completed_at),
    failed_at = greatest(r.failed_at, excluded.failed_at),
    aborted_at = greatest(r.aborted_at, excluded.aborted_at),
    parent_run_id = CASE WHEN excluded.parent_claim > r.parent_claim OR r.parent_claim IS NULL
      THEN excluded.parent_run_id ELSE r.parent_run_id END,
    parent_claim = greatest(r.parent_claim, excluded.parent_claim)`;

export const UPSERT_RUN_DATASETS = (given: string): string => `
  INSERT INTO lineage_run_dataset AS d (run_id, job_id, asset_id, direction, first_at, last_at, version, version_claim)
  SELECT * FROM jsonb_to_recordset(${given}) AS r
    ("runId" uuid, "jobId" uuid, "assetId" uuid, direction text, "firstAt" timestamptz, "lastAt" timestamptz, version text,
     "versionClaim" text)
  ORDER BY "runId", "jobId", direction, "assetId"
  ON CONFLICT (run_id, job_id, direction, asset_id) DO UPDATE SET
    first_at = least(d.first_at, excluded.first_at), last_at = greatest(d.last_at, excluded.last_at),
    version = CASE WHEN excluded.version_claim > d.version_claim OR d.version_claim IS NULL THEN excluded.version ELSE d.version END,
    version_claim = greatest(d.version_claim, excluded.version_claim)`;

export const INSERT_DROPS = (given: string): string => `
  INSERT INTO lineage_drop (asset_id, at, of_asset_id)
  SELECT * FROM jsonb_to_recordset(${given}) AS r ("assetId" uuid, at timestamptz, "ofAssetId" uuid) ORDER BY 1, 2 ON CONFLICT DO NOTHING`;

/** Which of some assets were dropped: few ever are, and planning {@link CUT_BY_DROPS} takes ten times as long as seeing that none was. */
export const SELECT_DROPPED = (given: string): string =>
  `SELECT DISTINCT of_asset_id AS id FROM lineage_drop WHERE of_asset_id = ANY(${given})`;

/**
 * Of datasets among `$1` that were dropped, under whatever name: an edge holds for each run from its first word of the dataset to the first
 * drop that is not before its last word of it.
 */
export const CUT_BY_DROPS = `
  WITH dropped AS MATERIALIZED (
    SELECT of_asset_id AS asset_id, at FROM lineage_drop WHERE of_asset_id = ANY($1::uuid[])
  ), names AS (
    SELECT asset_id AS raw_id, asset_id FROM dropped
    UNION SELECT a.raw_id, a.asset_id FROM lineage_alias AS a WHERE a.asset_id IN (SELECT asset_id FROM dropped)
  ), runs AS (
    SELECT CASE WHEN d.run_id = d.job_id THEN coalesce(j.asset_id, d.job_id) ELSE d.run_id END AS run_id,
      coalesce(j.asset_id, d.job_id) AS job_id, n.asset_id, d.direction, min(d.first_at) AS first_at, max(d.last_at) AS last_at
    FROM lineage_run_dataset AS d JOIN names AS n ON n.raw_id = d.asset_id LEFT JOIN lineage_alias AS j ON j.raw_id = d.job_id
    WHERE d.first_at IS NOT NULL GROUP BY 1, 2, 3, 4
  ), observed AS (
    SELECT r.job_id, r.asset_id, r.direction, range_agg(tstzrange(r.first_at, (
      SELECT min(x.at) FROM dropped AS x WHERE x.asset_id = r.asset_id AND x.at >= r.last_at))) AS valid
    FROM runs AS r GROUP BY 1, 2, 3
  )
  UPDATE lineage_edge AS e SET valid = o.valid, changed_by = pg_current_xact_id()
  FROM observed AS o
  WHERE e.source_id = CASE o.direction WHEN 'input' THEN o.asset_id ELSE o.job_id END
    AND e.target_id = CASE o.direction WHEN 'input' THEN o.job_id ELSE o.asset_id END AND e.valid <> o.valid`;

export const UPSERT_VERSIONS = (given: string): string => `
  INSERT INTO lineage_version AS v (asset_id, version, seen_at, run_id, run_claim)
  SELECT * FROM jsonb_to_recordset(${given}) AS r
    ("assetId" uuid, version text, "seenAt" timestamptz, "runId" uuid, "runClaim" text)
  ORDER BY "assetId", version
  ON CONFLICT (asset_id, version) DO UPDATE SET
    seen_at = least(v.seen_at, excluded.seen_at),
    run_id = CASE WHEN excluded.run_claim < v.run_claim THEN excluded.run_id ELSE v.run_id END,
    run_claim = least(v.run_claim, excluded.run_claim)
  WHERE excluded.seen_at < v.seen_at OR excluded.run_claim < v.run_claim`;

export const INSERT_FACET_VALUES = (given: string): string => `
  INSERT INTO lineage_facet_value (id, value)
  SELECT r.id, r.value FROM jsonb_to_recordset(${given}) AS r (id uuid, value jsonb) ORDER BY r.id
  ON CONFLICT (id) DO NOTHING`;

/** Three parts of a WITH; `changed` has the assets of which a facet was changed that is among `searched`. */
export const upsertFacets = (given: string, searched: string): string => `
  facets AS (
    SELECT * FROM jsonb_to_recordset(${given}) AS r ("holderId" uuid, holder text, name text, "valueId" uuid, claim text)
  ), written AS (
    INSERT INTO lineage_facet AS f (holder_id, holder, name, value_id, claim)
    SELECT "holderId", holder, name, "valueId", claim FROM facets ORDER BY "holderId", holder, name
    ON CONFLICT (holder_id, holder, name) DO UPDATE SET value_id = excluded.value_id, claim = excluded.claim
    WHERE excluded.claim > f.claim
    RETURNING holder_id, holder, name, value_id
  ), changed AS (
    -- The table is still as it was before the statement.
    SELECT DISTINCT w.holder_id AS id FROM written AS w
    WHERE w.holder = 'asset' AND w.name = ANY(${searched}::text[]) AND w.value_id IS DISTINCT FROM (
      SELECT f.value_id FROM lineage_facet AS f WHERE f.holder_id = w.holder_id AND f.holder = w.holder AND f.name = w.name)
  )`;
