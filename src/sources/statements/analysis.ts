import { setImmediate } from 'node:timers/promises';
import { analyze, type StatementLineage } from './lineage/analyze.js';
import { type Naming, type Schemas, Script, type TableOf } from './lineage/script.js';
import type { Problem, ReadStatement, UnreadStatement } from './model/statement.js';
import { problem } from './model/problems.js';
import { tableNamesIn } from './model/table-names.js';
import { postgresNaming, readPostgres } from './postgres/front-end.js';
import type { PostgresParser } from './postgres/postgres-parser.js';
import { readTrino, trinoNaming } from './trino/front-end.js';

export const DIALECTS = ['postgresql', 'trino'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** `exact`: all of its lineage is known; `partial`: what is missing is named; `unparsed`: nothing is known of it. */
export const STATUSES = ['exact', 'partial', 'unparsed'] as const;
export type Status = (typeof STATUSES)[number];

/** A text to be followed, and how its names are meant. */
export interface Text {
  readonly dialect: Dialect;
  readonly sql: string;
  readonly defaultCatalog?: string;
  readonly defaultSchema?: string;
  /** Gives the dataset that a name in parts stands for, where it is known which there are; the defaults then count for nothing. */
  readonly tableOf?: TableOf;
  /** Units of work for one statement at most; about a second's when absent. */
  readonly maxWork?: number;
}

/** What became of one statement of a text. */
export interface AnalyzedStatement {
  readonly status: Status;
  /** `SELECT`, `CREATE TABLE AS`; undefined when it could not be read. */
  readonly verb: string | undefined;
  /** Where it lies in the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly fingerprint: string;
  readonly problems: readonly Problem[];
  readonly lineage: StatementLineage;
}

const NOTHING: StatementLineage = {
  ...{ inputs: [], outputs: [], namesOthers: false, files: new Set<string>(), problems: [] },
};

/**
 * Follows the data of every statement of a text, one after the other: what a statement makes, the next ones know.
 * @param schemasOf gives the columns of those of the tables whose columns are known
 * @returns at least one, in order; none for a text without statements
 */
export async function analyzeText(
  { dialect, sql, defaultCatalog, defaultSchema, tableOf, maxWork }: Text,
  parser: PostgresParser,
  schemasOf: (tables: readonly string[]) => Promise<Schemas>,
): Promise<AnalyzedStatement[]> {
  const read = dialect === 'trino' ? readTrino(sql) : await readByParser(sql, parser);
  const byDefaults = (dialect === 'trino' ? trinoNaming : postgresNaming)(defaultCatalog, defaultSchema);
  const naming = tableOf === undefined ? byDefaults : { ...byDefaults, tableOf };
  const known = await schemasOf(tablesOf(read, naming));
  const script = new Script(naming, known);
  const analyzed: AnalyzedStatement[] = [];
  for (const one of read) {
    const at = analyzed.push(analyzeOne(one, script, maxWork)) - 1;
    script.onRollback(() => (analyzed[at] = rolledBack(analyzed[at]!)));
    await setImmediate(); // Other requests are answered between two statements.
  }
  return analyzed;
}

/** Every dataset that a text may name, wherever it looks its names up. */
function tablesOf(read: readonly (ReadStatement | UnreadStatement)[], naming: Naming): string[] {
  const names = new Script(naming, () => undefined);
  const found = new Set<string>();
  for (const one of read) {
    if ('problem' in one) continue;
    const { statement } = one;
    names.followSession(statement);
    for (const table of tableNamesIn(statement))
      for (const name of names.candidatesOf(table)) found.add(name);
  }
  return [...found];
}

function analyzeOne(
  one: ReadStatement | UnreadStatement,
  script: Script,
  maxWork?: number,
): AnalyzedStatement {
  const { start, end, fingerprint } = one;
  const place = { start, end, fingerprint };
  if ('problem' in one)
    return { ...place, status: 'unparsed', verb: undefined, problems: [one.problem], lineage: NOTHING };
  const lineage = analyze(one, script, maxWork);
  const { problems } = lineage;
  return { ...place, status: problems.length === 0 ? 'exact' : 'partial', verb: one.verb, problems, lineage };
}

/** It has read what it has read, and written nothing but files. */
function rolledBack(one: AnalyzedStatement): AnalyzedStatement {
  const { outputs, files, namesOthers } = one.lineage;
  const written = outputs.filter(({ table }) => files.has(table));
  const isUndone = written.length < outputs.length;
  return { ...one, lineage: { ...one.lineage, outputs: written, namesOthers: namesOthers || isUndone } };
}

async function readByParser(
  sql: string,
  parser: PostgresParser,
): Promise<(ReadStatement | UnreadStatement)[]> {
  if (sql.includes('\0')) return [wholeOf(sql, problem('syntax', 'a NUL ends the text', sql.indexOf('\0')))];
  const parsed = await parser.parse(sql);
  return 'problem' in parsed ? [wholeOf(sql, parsed.problem)] : readPostgres(sql, parsed.statements);
}

function wholeOf(sql: string, told: Problem): UnreadStatement {
  return { start: 0, end: sql.length, fingerprint: 'unparsed', problem: told };
}
