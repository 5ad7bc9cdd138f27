import { NO_JOB, type StatementKind } from './facts.js';

/** Stands, as the input of a pair, for that a statement narrows the inputs of its output at all. */
export const ANY_INPUT = NO_JOB;

/** A statement that changes what holds between its own instant and `until`. Of one event, several names of an output may say something. */
export interface Change {
  readonly jobId: string;
  readonly outputId: string;
  readonly kind: StatementKind;
  /** In microseconds, which a Date would lose. */
  readonly from: string;
  /** Null for no end. */
  readonly until: string | null;
  /** Each `VALUE ID of a value, a blank, ID of the name of the output`. */
  readonly said: readonly string[];
  /** What held there before; null for nothing. */
  readonly former: readonly string[] | null;
}

const MICROSECONDS = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;
const textOf = (instant: string): string => `to_char(${instant} AT TIME ZONE 'UTC', ${MICROSECONDS})`;

const SAID = (alias: string): string =>
  `array_agg(${alias}.value_id || ' ' || ${alias}.output_id ORDER BY ${alias}.value_id, ${alias}.output_id)`;
const CHANGE = `of_job_id AS "jobId", of_output_id AS "outputId", kind, ${textOf('at')} AS "from", ${textOf('until')} AS until, said, former`;

/** Statements of the job and output of \`i\` on one side of it. */
const beside = (columns: string, comparison: '<' | '>'): string => `
  SELECT ${columns} FROM lineage_statement AS s
  WHERE s.of_job_id = i.of_job_id AND s.of_output_id = i.of_output_id AND s.kind = i.kind AND (s.at, s.event_id) ${comparison} (i.at, i.event_id)
  ORDER BY s.at ${comparison === '<' ? 'DESC' : ''}, s.event_id ${comparison === '<' ? 'DESC' : ''} LIMIT 1`;

/**
 * Inserts statements. Each new one comes back with what held from its instant to that of its successor, unless it says the same: the
 * other rows are as they were before, so a predecessor among the new ones is not taken for one.
 */
export const INSERT_STATEMENTS = `
  WITH inserted AS (
    INSERT INTO lineage_statement (job_id, output_id, kind, at, event_id, value_id, of_job_id, of_output_id)
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS r ("jobId" uuid, "outputId" uuid, kind text, at timestamptz, "eventId" text,
      "valueId" uuid, "ofJobId" uuid, "ofOutputId" uuid)
    ORDER BY 1, 2, 3, 4, 5 ON CONFLICT DO NOTHING RETURNING *
  ), i AS (
    SELECT of_job_id, of_output_id, kind, at, event_id, ${SAID('n')} AS said FROM inserted AS n GROUP BY 1, 2, 3, 4, 5
  ), placed AS (
    SELECT i.*, (
        SELECT ${SAID('f')} FROM lineage_statement AS f WHERE f.of_job_id = i.of_job_id AND f.of_output_id = i.of_output_id
          AND f.kind = i.kind AND f.at = before.at AND f.event_id = before.event_id) AS former,
      least(next.at, lead(i.at) OVER (PARTITION BY i.of_job_id, i.of_output_id, i.kind ORDER BY i.at, i.event_id)) AS until
    FROM i
    LEFT JOIN LATERAL (${beside('s.at, s.event_id', '<')}) AS before ON true
    LEFT JOIN LATERAL (${beside('s.at', '>')}) AS next ON true
  )
  SELECT ${CHANGE} FROM placed WHERE said IS DISTINCT FROM former AND until IS DISTINCT FROM at`;

/** All that is said of some jobs and outputs, as if nothing held: what is said again is told once. */
export const STATEMENTS_OF = `
  WITH said AS (
    SELECT s.of_job_id, s.of_output_id, s.kind, s.at, s.event_id, ${SAID('s')} AS said
    FROM jsonb_to_recordset($1::jsonb) AS r ("jobId" uuid, "outputId" uuid)
    JOIN lineage_statement AS s ON s.of_job_id = r."jobId" AND s.of_output_id = r."outputId" GROUP BY 1, 2, 3, 4, 5
  ), changes AS (
    SELECT *, lag(said) OVER w IS DISTINCT FROM said AS is_change FROM said
    WINDOW w AS (PARTITION BY of_job_id, of_output_id, kind ORDER BY at, event_id)
  ), placed AS (
    SELECT *, lead(at) OVER (PARTITION BY of_job_id, of_output_id, kind ORDER BY at, event_id) AS until, NULL::text[] AS former
    FROM changes WHERE is_change
  )
  SELECT ${CHANGE} FROM placed WHERE until IS DISTINCT FROM at`;

/** Jobs and outputs of which something is said under the names \`$1\`, or that follow from the assets \`$2\`. */
export const SCOPES_OF = `
  SELECT of_job_id AS "jobId", of_output_id AS "outputId" FROM lineage_statement WHERE job_id = ANY($1::uuid[])
  UNION SELECT of_job_id, of_output_id FROM lineage_statement WHERE output_id = ANY($1::uuid[])
  UNION SELECT job_id, target_id FROM lineage_column_edge WHERE source_id = ANY($2::uuid[])
  UNION SELECT job_id, output_id FROM lineage_pairing WHERE input_id = ANY($2::uuid[])`;

/** Statements under the names \`$1\` are of the assets that the names stand for. */
export const PLACE_STATEMENTS = `
  UPDATE lineage_statement AS s SET
    of_job_id = coalesce((SELECT asset_id FROM lineage_alias WHERE raw_id = s.job_id), s.job_id),
    of_output_id = coalesce((SELECT asset_id FROM lineage_alias WHERE raw_id = s.output_id), s.output_id)
  WHERE s.job_id = ANY($1::uuid[]) OR s.output_id = ANY($1::uuid[])`;

const OF_SCOPES = (output: string): string => `(job_id, ${output}) IN (
  SELECT "jobId", "outputId" FROM jsonb_to_recordset($1::jsonb) AS r ("jobId" uuid, "outputId" uuid))`;
export const UNTELL_PAIRS = `
  UPDATE lineage_pairing SET valid = '{}', changed_by = pg_current_xact_id() WHERE valid <> '{}' AND ${OF_SCOPES('output_id')}`;
export const UNTELL_COLUMNS = `
  UPDATE lineage_column_edge SET said = '{}', valid = '{}', changed_by = pg_current_xact_id() WHERE said <> '{}' AND ${OF_SCOPES('target_id')}`;

/** Gains and losses are multiranges as text. */
export const CHANGE_PAIRS = `
  WITH given AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb)
      AS r ("jobId" uuid, "outputId" uuid, "inputId" uuid, kind text, gained tstzmultirange, lost tstzmultirange)
  )
  INSERT INTO lineage_pairing AS p (job_id, output_id, input_id, kind, valid)
  SELECT "jobId", "outputId", "inputId", kind, gained FROM given ORDER BY 1, 2, 3, 4
  ON CONFLICT (job_id, output_id, input_id, kind) DO UPDATE SET
    valid = p.valid + excluded.valid - (SELECT g.lost FROM given AS g WHERE g."jobId" = p.job_id AND g."outputId" = p.output_id
      AND g."inputId" = p.input_id AND g.kind = p.kind),
    changed_by = excluded.changed_by`;

/** When an explicit statement holds for the output of a column edge \`e\`. */
const EXPLICIT = `coalesce((SELECT h.valid FROM lineage_pairing AS h WHERE h.job_id = e.job_id AND h.output_id = e.target_id
  AND h.input_id = '${ANY_INPUT}' AND h.kind = 'lineage'), '{}')`;

export const SAY_COLUMNS = `
  INSERT INTO lineage_column_edge AS e
    (id, job_id, kind, source_id, source_column, target_id, target_column, transformation, subtype, is_masking, said, valid)
  SELECT *, '{}' FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, "jobId" uuid, kind text, "sourceId" uuid, "sourceColumn" text,
    "targetId" uuid, "targetColumn" text, transformation text, subtype text, "isMasking" boolean, gained tstzmultirange)
  ORDER BY id
  ON CONFLICT (id) DO UPDATE SET said = e.said + excluded.said`;

export const UNSAY_COLUMNS = `
  UPDATE lineage_column_edge AS e SET said = e.said - r.lost
  FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, lost tstzmultirange) WHERE e.id = r.id AND r.lost <> '{}'`;

/** Explicit statements go before others, at every instant at which they hold. */
export const SETTLE_COLUMNS = `
  UPDATE lineage_column_edge AS e SET valid = w.valid, changed_by = pg_current_xact_id()
  FROM (
    SELECT e.id, CASE e.kind WHEN 'lineage' THEN e.said ELSE e.said - ${EXPLICIT} END AS valid
    FROM lineage_column_edge AS e JOIN jsonb_to_recordset($1::jsonb) AS r ("jobId" uuid, "outputId" uuid)
      ON e.job_id = r."jobId" AND e.target_id = r."outputId"
  ) AS w WHERE e.id = w.id AND e.valid <> w.valid`;
