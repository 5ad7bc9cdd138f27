import { NO_JOB, type StatementKind, type StatementOrigin } from './facts.js';

/** Stands, as the input of a pair, for that a statement narrows the inputs of its output at all. */
export const ANY_INPUT = NO_JOB;

/** A statement that changes what holds between its own instant and `until`. Of one event, several names of an output may say something. */
export interface Change {
  readonly jobId: string;
  readonly outputId: string;
  readonly kind: StatementOrigin;
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
  UPDATE lineage_pairing SET said = '{}', read = '{}', valid = '{}', changed_by = pg_current_xact_id()
  WHERE (said <> '{}' OR read <> '{}') AND ${OF_SCOPES('output_id')}`;
export const UNTELL_COLUMNS = `
  UPDATE lineage_column_edge SET said = '{}', read = '{}', valid = '{}', changed_by = pg_current_xact_id()
  WHERE (said <> '{}' OR read <> '{}') AND ${OF_SCOPES('target_id')}`;

/** Columns of the rows that change: what a facet says of them, and what SQL was read to say, each with what it gains and loses. */
const CHANGES = `gained tstzmultirange, lost tstzmultirange, "readGained" tstzmultirange, "readLost" tstzmultirange`;

/** Gains and losses are multiranges as text. */
export const SAY_PAIRS = `
  INSERT INTO lineage_pairing AS p (job_id, output_id, input_id, kind, said, read, valid)
  SELECT "jobId", "outputId", "inputId", kind, gained, "readGained", '{}' FROM jsonb_to_recordset($1::jsonb)
    AS r ("jobId" uuid, "outputId" uuid, "inputId" uuid, kind text, ${CHANGES})
  ORDER BY 1, 2, 3, 4
  ON CONFLICT (job_id, output_id, input_id, kind) DO UPDATE SET said = p.said + excluded.said, read = p.read + excluded.read`;

export const UNSAY_PAIRS = `
  UPDATE lineage_pairing AS p SET said = p.said - r.lost, read = p.read - r."readLost"
  FROM jsonb_to_recordset($1::jsonb) AS r ("jobId" uuid, "outputId" uuid, "inputId" uuid, kind text, ${CHANGES})
  WHERE p.job_id = r."jobId" AND p.output_id = r."outputId" AND p.input_id = r."inputId" AND p.kind = r.kind`;

/** When a statement by a facet of a kind holds for the output of a row. */
const HELD = (kind: StatementKind, job: string, output: string): string =>
  `coalesce((SELECT h.said FROM lineage_pairing AS h WHERE h.job_id = ${job} AND h.output_id = ${output}
  AND h.input_id = '${ANY_INPUT}' AND h.kind = '${kind}'), '{}')`;

/** SQL counts where no `columnLineage` holds. Which of `lineage` and that counts, whoever asks decides. */
export const SETTLE_PAIRS = `
  UPDATE lineage_pairing AS p SET valid = w.valid, changed_by = pg_current_xact_id()
  FROM (
    SELECT p.job_id, p.output_id, p.input_id, p.kind,
      CASE p.read WHEN '{}' THEN p.said ELSE p.said + (p.read - ${HELD('columns', 'p.job_id', 'p.output_id')}) END AS valid
    FROM lineage_pairing AS p JOIN jsonb_to_recordset($1::jsonb) AS r ("jobId" uuid, "outputId" uuid)
      ON p.job_id = r."jobId" AND p.output_id = r."outputId"
  ) AS w
  WHERE (p.job_id, p.output_id, p.input_id, p.kind) = (w.job_id, w.output_id, w.input_id, w.kind) AND p.valid <> w.valid`;

export const SAY_COLUMNS = `
  INSERT INTO lineage_column_edge AS e
    (id, job_id, kind, source_id, source_column, target_id, target_column, transformation, subtype, is_masking, said, read, valid)
  SELECT id, "jobId", kind, "sourceId", "sourceColumn", "targetId", "targetColumn", transformation, subtype, "isMasking", gained,
    "readGained", '{}'
  FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, "jobId" uuid, kind text, "sourceId" uuid, "sourceColumn" text,
    "targetId" uuid, "targetColumn" text, transformation text, subtype text, "isMasking" boolean, ${CHANGES})
  ORDER BY id
  ON CONFLICT (id) DO UPDATE SET said = e.said + excluded.said, read = e.read + excluded.read`;

export const UNSAY_COLUMNS = `
  UPDATE lineage_column_edge AS e SET said = e.said - r.lost, read = e.read - r."readLost"
  FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, ${CHANGES}) WHERE e.id = r.id`;

/** Explicit statements go before `columnLineage`, and that before SQL, at every instant at which they hold. */
export const SETTLE_COLUMNS = `
  UPDATE lineage_column_edge AS e SET valid = w.valid, changed_by = pg_current_xact_id()
  FROM (
    SELECT e.id, CASE
      WHEN e.kind = 'lineage' THEN e.said
      WHEN e.read = '{}' THEN e.said - ${HELD('lineage', 'e.job_id', 'e.target_id')}
      ELSE e.said + (e.read - ${HELD('columns', 'e.job_id', 'e.target_id')}) - ${HELD('lineage', 'e.job_id', 'e.target_id')} END AS valid
    FROM lineage_column_edge AS e JOIN jsonb_to_recordset($1::jsonb) AS r ("jobId" uuid, "outputId" uuid)
      ON e.job_id = r."jobId" AND e.target_id = r."outputId"
  ) AS w WHERE e.id = w.id AND e.valid <> w.valid`;
