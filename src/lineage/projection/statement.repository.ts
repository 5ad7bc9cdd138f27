import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import { NO_JOB, type StatementFact, type StatementKind, type StatementValue } from './facts.js';
import { Differences } from './differences.js';
import { keyOfColumn } from './statement-values.js';
import { uuidOf } from './value-ids.js';

/** Stands, as the input of a pair, for that a statement narrows the inputs of its output at all. */
const ANY_INPUT = NO_JOB;

/** A new statement that changes what holds between its own instant and `until`. */
interface Change {
  readonly jobId: string;
  readonly outputId: string;
  readonly kind: StatementKind;
  /** In microseconds, which a Date would lose. */
  readonly from: string;
  /** Null for no end. */
  readonly until: string | null;
  readonly valueId: string;
  /** What held there before; null for nothing. */
  readonly formerId: string | null;
}

/** Numbers that no other advisory lock of the service uses, a power of two of them. */
const FIRST_LOCK = 4_601_000;
const LOCKS = 256;

const MICROSECONDS = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;
const textOf = (instant: string): string => `to_char(${instant} AT TIME ZONE 'UTC', ${MICROSECONDS})`;

/**
 * Inserts statements. Each new one comes back with what held from its instant to that of its successor, unless it says the same: the
 * other rows are as they were before, so a predecessor among the new ones is not taken for one.
 */
const INSERT_STATEMENTS = `
  WITH inserted AS (
    INSERT INTO lineage_statement (job_id, output_id, kind, at, event_id, value_id)
    SELECT * FROM jsonb_to_recordset($1::jsonb)
      AS r ("jobId" uuid, "outputId" uuid, kind text, at timestamptz, "eventId" text, "valueId" uuid)
    ORDER BY 1, 2, 3, 4, 5 ON CONFLICT DO NOTHING RETURNING *
  ), placed AS (
    SELECT i.*, former.value_id AS former_id,
      least(next.at, lead(i.at) OVER (PARTITION BY i.job_id, i.output_id, i.kind ORDER BY i.at, i.event_id)) AS until
    FROM inserted AS i
    LEFT JOIN LATERAL (
      SELECT s.value_id FROM lineage_statement AS s
      WHERE s.job_id = i.job_id AND s.output_id = i.output_id AND s.kind = i.kind AND (s.at, s.event_id) < (i.at, i.event_id)
      ORDER BY s.at DESC, s.event_id DESC LIMIT 1) AS former ON true
    LEFT JOIN LATERAL (
      SELECT s.at FROM lineage_statement AS s
      WHERE s.job_id = i.job_id AND s.output_id = i.output_id AND s.kind = i.kind AND (s.at, s.event_id) > (i.at, i.event_id)
      ORDER BY s.at, s.event_id LIMIT 1) AS next ON true
  )
  SELECT job_id AS "jobId", output_id AS "outputId", kind, ${textOf('at')} AS "from", ${textOf('until')} AS until,
    value_id AS "valueId", former_id AS "formerId"
  FROM placed WHERE value_id IS DISTINCT FROM former_id AND until IS DISTINCT FROM at`;

/** Gains and losses are multiranges as text. */
const CHANGE_PAIRS = `
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

const SAY_COLUMNS = `
  INSERT INTO lineage_column_edge AS e
    (id, job_id, kind, source_id, source_column, target_id, target_column, transformation, subtype, is_masking, said, valid)
  SELECT *, '{}' FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, "jobId" uuid, kind text, "sourceId" uuid, "sourceColumn" text,
    "targetId" uuid, "targetColumn" text, transformation text, subtype text, "isMasking" boolean, gained tstzmultirange)
  ORDER BY id
  ON CONFLICT (id) DO UPDATE SET said = e.said + excluded.said`;

const UNSAY_COLUMNS = `
  UPDATE lineage_column_edge AS e SET said = e.said - r.lost
  FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, lost tstzmultirange) WHERE e.id = r.id AND r.lost <> '{}'`;

/** Explicit statements go before others, at every instant at which they hold. */
const SETTLE_COLUMNS = `
  UPDATE lineage_column_edge AS e SET valid = w.valid, changed_by = pg_current_xact_id()
  FROM (
    SELECT e.id, CASE e.kind WHEN 'lineage' THEN e.said ELSE e.said - ${EXPLICIT} END AS valid
    FROM lineage_column_edge AS e JOIN jsonb_to_recordset($1::jsonb) AS r ("jobId" uuid, "outputId" uuid)
      ON e.job_id = r."jobId" AND e.target_id = r."outputId"
  ) AS w WHERE e.id = w.id AND e.valid <> w.valid`;

/**
 * Writes what events say of how outputs follow from inputs, in the transaction under way. What holds at an instant is what was said last
 * before it, whatever the order in which it came.
 */
@Injectable()
export class StatementRepository {
  constructor(private readonly database: Database) {}

  /** @param facts whose values are stored @param idOf of a value */
  async write(facts: readonly StatementFact[], idOf: (value: StatementValue) => string): Promise<void> {
    if (facts.length === 0) return;
    const values = new Map<string, StatementValue>();
    const rows = facts.map(({ value, ...fact }) => {
      const valueId = idOf(value);
      values.set(valueId, value);
      return { ...fact, valueId };
    });
    await this.lock(rows);
    const changes = await this.database.query<Change>(INSERT_STATEMENTS, [JSON.stringify(rows)]);
    if (changes.length > 0) await this.apply(changes, await this.withFormer(changes, values));
  }

  /** One writer of a job's output at a time: each sees what the other said. Few locks, all taken in one order. */
  private async lock(facts: readonly { readonly jobId: string; readonly outputId: string }[]): Promise<void> {
    const scopes = [...new Set(facts.map(({ jobId, outputId }) => `${jobId} ${outputId}`))];
    await this.database.query(
      `SELECT pg_advisory_xact_lock(key) FROM (
         SELECT DISTINCT ${FIRST_LOCK} + (hashtextextended(scope, 0) & ${LOCKS - 1}) AS key FROM unnest($1::text[]) AS scope ORDER BY 1) AS keys`,
      [scopes],
    );
  }

  private async withFormer(
    changes: readonly Change[],
    values: Map<string, StatementValue>,
  ): Promise<Map<string, StatementValue>> {
    const missing = changes.flatMap(({ formerId }) =>
      formerId === null || values.has(formerId) ? [] : [formerId],
    );
    if (missing.length === 0) return values;
    const rows = await this.database.query<{ id: string; value: StatementValue }>(
      'SELECT id, value FROM lineage_facet_value WHERE id = ANY($1)',
      [missing],
    );
    for (const { id, value } of rows) values.set(id, value);
    return values;
  }

  private async apply(
    changes: readonly Change[],
    values: ReadonlyMap<string, StatementValue>,
  ): Promise<void> {
    const pairs = new Differences<{
      jobId: string;
      outputId: string;
      inputId: string;
      kind: StatementKind;
    }>();
    const columns = new Differences<object>();
    for (const change of changes) {
      const { jobId, outputId, kind } = change;
      const now = values.get(change.valueId)!;
      const former = change.formerId === null ? undefined : values.get(change.formerId);
      const range = `["${change.from}",${change.until === null ? '' : `"${change.until}"`})`;
      pairs.add(range, pairKeys(former), pairKeys(now), (inputId) => ({ jobId, outputId, inputId, kind }), [
        ...[jobId, outputId, kind],
      ]);
      columns.add(
        range,
        columnKeys(former),
        columnKeys(now),
        (key) => ({ ...columnOf(key), jobId, kind, targetId: outputId }),
        [jobId, outputId, kind],
      );
    }
    if (pairs.size > 0) await this.database.query(CHANGE_PAIRS, [JSON.stringify(pairs.rows())]);
    const columnRows = columns.rows().map((row) => ({ ...row, id: uuidOf(row.key) }));
    if (columnRows.length > 0) {
      await this.database.query(SAY_COLUMNS, [JSON.stringify(columnRows)]);
      await this.database.query(UNSAY_COLUMNS, [JSON.stringify(columnRows)]);
    }
    const scopes = new Map(
      changes.map(({ jobId, outputId }) => [`${jobId} ${outputId}`, { jobId, outputId }]),
    );
    await this.database.query(SETTLE_COLUMNS, [JSON.stringify([...scopes.values()])]);
  }
}

function pairKeys(value: StatementValue | undefined): ReadonlySet<string> {
  return new Set(value === undefined || value.inputIds === null ? [] : [ANY_INPUT, ...value.inputIds]);
}

function columnKeys(value: StatementValue | undefined): ReadonlySet<string> {
  return new Set(value?.columns.map(keyOfColumn));
}

function columnOf(key: string): object {
  const [sourceId, sourceColumn, targetColumn, transformation, subtype, isMasking] = JSON.parse(
    key,
  ) as unknown[];
  return { sourceId, sourceColumn, targetColumn, transformation, subtype, isMasking };
}
