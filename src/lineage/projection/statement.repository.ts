import { Injectable } from '@nestjs/common';
import { Database, prepared } from '../../platform/index.js';
import { type Changed, Differences, NOTHING } from './differences.js';
import type { StatementFact, StatementKind, StatementValue } from './facts.js';
import {
  ANY_INPUT,
  type Change,
  INSERT_STATEMENTS,
  PLACE_STATEMENTS,
  SAY_COLUMNS,
  SAY_PAIRS,
  SCOPES_OF,
  SETTLE_COLUMNS,
  SETTLE_PAIRS,
  STATEMENTS_OF,
  UNSAY_COLUMNS,
  UNSAY_PAIRS,
  UNTELL_COLUMNS,
  UNTELL_PAIRS,
} from './statement-sql.js';
import { keyOfColumn } from './statement-values.js';
import { uuidOf } from './value-ids.js';

/** A job and an output of it, as assets. */
export interface StatementScope {
  readonly jobId: string;
  readonly outputId: string;
}

/** Gives the asset that a name stands for, by their ids. */
type CanonicalOf = (rawId: string) => string;

/** Numbers that no other advisory lock of the service uses, a power of two of them. */
const FIRST_LOCK = 4_601_000;
const LOCKS = 256;

/**
 * Writes what events say of how outputs follow from inputs, in the transaction under way. What holds at an instant is what was said last
 * before it, whatever the order in which it came.
 */
@Injectable()
export class StatementRepository {
  constructor(private readonly database: Database) {}

  /** @param facts whose values are stored @param idOf of a value @param canonical of all names that the facts use */
  async write(
    facts: readonly StatementFact[],
    idOf: (value: StatementValue) => string,
    canonical: CanonicalOf,
  ): Promise<void> {
    if (facts.length === 0) return;
    const values = new Map<string, StatementValue>();
    const rows = facts.map(({ value, ...fact }) => {
      const valueId = idOf(value);
      values.set(valueId, value);
      return { ...fact, valueId, ofJobId: canonical(fact.jobId), ofOutputId: canonical(fact.outputId) };
    });
    const scopes = rows.map(({ ofJobId, ofOutputId }) => ({ jobId: ofJobId, outputId: ofOutputId }));
    const [, changes] = await Promise.all([
      this.lock(scopes),
      this.database.query<Change>(prepared(INSERT_STATEMENTS), [JSON.stringify(rows)]),
    ]);
    await this.apply(changes, values, canonical);
  }

  /** Of which jobs and outputs names say something, or which follow from assets. */
  scopesOf(rawIds: readonly string[], assetIds: readonly string[]): Promise<StatementScope[]> {
    return this.database.query(SCOPES_OF, [rawIds, assetIds]);
  }

  /**
   * Tells again what is said under names that have come to stand for other assets, while no other transaction writes.
   * @param before what {@link scopesOf} was then
   */
  async retell(rawIds: readonly string[], before: readonly StatementScope[]): Promise<void> {
    await this.database.query(PLACE_STATEMENTS, [rawIds]);
    const after = await this.scopesOf(rawIds, []);
    const scopes = [...new Map([...before, ...after].map((scope) => [keyOf(scope), scope])).values()];
    if (scopes.length === 0) return;
    const json = JSON.stringify(scopes);
    await this.database.query(UNTELL_PAIRS, [json]);
    await this.database.query(UNTELL_COLUMNS, [json]);
    await this.apply(await this.database.query<Change>(STATEMENTS_OF, [json]), new Map(), (id) => id);
  }

  /** One writer of a job's output at a time: each sees what the other said. Few locks, all taken in one order. */
  private async lock(given: readonly StatementScope[]): Promise<void> {
    const scopes = [...new Set(given.map(keyOf))];
    await this.database.query(
      prepared(`SELECT pg_advisory_xact_lock(key) FROM (
         SELECT DISTINCT ${FIRST_LOCK} + (hashtextextended(scope, 0) & ${LOCKS - 1}) AS key FROM unnest($1::text[]) AS scope ORDER BY 1) AS keys`),
      [scopes],
    );
  }

  /** Reads the values that are not known yet. */
  private async readValues(changes: readonly Change[], values: Map<string, StatementValue>): Promise<void> {
    const missing = new Set(
      changes.flatMap(({ said, former }) =>
        [...said, ...(former ?? [])].map((one) => one.slice(0, UUID_CHARS)),
      ),
    );
    for (const id of values.keys()) missing.delete(id);
    if (missing.size === 0) return;
    const rows = await this.database.query<{ id: string; value: StatementValue }>(
      'SELECT id, value FROM lineage_facet_value WHERE id = ANY($1)',
      [[...missing]],
    );
    for (const { id, value } of rows) values.set(id, value);
  }

  /** What was said before is under names that may stand for other assets too. */
  private async standing(values: Iterable<StatementValue>, canonical: CanonicalOf): Promise<CanonicalOf> {
    const named = new Set<string>();
    for (const { inputIds, columns } of values)
      for (const id of [...(inputIds ?? []), ...columns.map(({ sourceId }) => sourceId)])
        if (canonical(id) === id) named.add(id);
    if (named.size === 0) return canonical;
    const rows = await this.database.query<{ rawId: string; assetId: string }>(
      'SELECT raw_id AS "rawId", asset_id AS "assetId" FROM lineage_alias WHERE raw_id = ANY($1)',
      [[...named]],
    );
    const stored = new Map(rows.map(({ rawId, assetId }) => [rawId, assetId]));
    return (id) => stored.get(id) ?? canonical(id);
  }

  private async apply(
    changes: readonly Change[],
    values: Map<string, StatementValue>,
    given: CanonicalOf,
  ): Promise<void> {
    if (changes.length === 0) return;
    await this.readValues(changes, values);
    const canonical = await this.standing(values.values(), given);
    const pairs = new Differences<StatementScope & { inputId: string; kind: StatementKind }>();
    const columns = new Differences<object>();
    for (const { jobId, outputId, kind, from, until, said, former } of changes) {
      // What SQL tells stands beside what columnLineage tells, and gives way to it.
      const isRead = kind === 'sql';
      const ofKind: StatementKind = isRead ? 'columns' : kind;
      const scope = [jobId, outputId, ofKind];
      const range = `["${from}",${until === null ? '' : `"${until}"`})`;
      const sayings = (all: readonly string[] | null) =>
        (all ?? []).map((one) => ({
          value: values.get(one.slice(0, UUID_CHARS))!,
          rawOutputId: one.slice(UUID_CHARS + 1),
          outputId,
        }));
      const [before, now] = [sayings(former), sayings(said)];
      pairs.add(
        range,
        isRead,
        pairKeys(before, canonical),
        pairKeys(now, canonical),
        (inputId) => ({ jobId, outputId, inputId, kind: ofKind }),
        scope,
      );
      columns.add(
        range,
        isRead,
        columnKeys(before, canonical),
        columnKeys(now, canonical),
        (key) => ({ ...columnOf(key), jobId, kind: ofKind, targetId: outputId }),
        scope,
      );
    }
    const columnRows = columns.rows().map((row) => ({ ...row, id: uuidOf(row.key) }));
    await this.change(pairs.rows(), SAY_PAIRS, UNSAY_PAIRS);
    await this.change(columnRows, SAY_COLUMNS, UNSAY_COLUMNS);
    const scopes = new Map(
      changes.map(({ jobId, outputId }) => [keyOf({ jobId, outputId }), { jobId, outputId }]),
    );
    const settled = JSON.stringify([...scopes.values()]);
    if (pairs.size > 0) await this.database.query(SETTLE_PAIRS, [settled]);
    await this.database.query(SETTLE_COLUMNS, [settled]);
  }

  private async change(rows: readonly Changed[], say: string, unsay: string): Promise<void> {
    const losing = rows.filter(({ lost, readLost }) => lost !== NOTHING || readLost !== NOTHING);
    if (rows.length > 0) await this.database.query(say, [JSON.stringify(rows)]);
    if (losing.length > 0) await this.database.query(unsay, [JSON.stringify(losing)]);
  }
}

const UUID_CHARS = 36;

function keyOf({ jobId, outputId }: StatementScope): string {
  return `${jobId} ${outputId}`;
}

/** What an event said of an output, and under which name. */
interface Saying {
  readonly value: StatementValue;
  readonly outputId: string;
  readonly rawOutputId: string;
}

function pairKeys(sayings: readonly Saying[], canonical: CanonicalOf): ReadonlySet<string> {
  const inputs = sayings.map(({ value }) => value.inputIds);
  // Where one does not say what its inputs are, nothing is known of them.
  if (inputs.length === 0 || inputs.includes(null)) return new Set();
  return new Set([ANY_INPUT, ...inputs.flatMap((ids) => ids ?? []).map(canonical)]);
}

/** A column of two names of one dataset does not follow from itself, unless it was said of one name. */
function columnKeys(sayings: readonly Saying[], canonical: CanonicalOf): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { value, outputId, rawOutputId } of sayings) {
    for (const column of value.columns) {
      const sourceId = canonical(column.sourceId);
      const isItself = sourceId === outputId && column.sourceColumn === column.targetColumn;
      if (!isItself || column.sourceId === rawOutputId) keys.add(keyOfColumn({ ...column, sourceId }));
    }
  }
  return keys;
}

function columnOf(key: string): object {
  const [sourceId, sourceColumn, targetColumn, transformation, subtype, isMasking] = JSON.parse(
    key,
  ) as unknown[];
  return { sourceId, sourceColumn, targetColumn, transformation, subtype, isMasking };
}
