import type { DefinedColumn, Lifecycle, Problem, ReadStatement, Statement } from '../model/statement.js';
import type { Query } from '../model/query.js';
import { problem } from '../model/problems.js';
import { tableNamesIn } from '../model/table-names.js';
import { Context, NO_NAMES, TooMuchWorkError } from './context.js';
import { changeLifecycle, createAs, createTable, refresh } from './definitions.js';
import { resolveQuery } from './queries.js';
import { columnsOf, type Rows } from './relation.js';
import type { Script } from './script.js';
import type { Source } from './sources.js';

/** A column that a statement writes or gives, and what it follows from; nothing for constants. */
export interface ColumnLineage {
  readonly name: string;
  readonly sources: readonly Source[];
}

/** What is written to one dataset. */
export interface OutputLineage {
  /** The dataset's name. */
  readonly table: string;
  readonly columns: readonly ColumnLineage[];
  /** What decides over the rows. */
  readonly influence: readonly Source[];
  readonly lifecycle?: Lifecycle;
  readonly previousName?: string;
  /** Its columns, where the statement makes them all; null when they are no longer known. */
  readonly schema?: readonly DefinedColumn[] | null;
}

/** What one statement does to datasets, as far as it is certain. */
export interface StatementLineage {
  /** Datasets whose data is read, by name. */
  readonly inputs: readonly string[];
  readonly outputs: readonly OutputLineage[];
  /** The rows that a query gives to whoever asked; undefined for other statements. */
  readonly result?: Pick<OutputLineage, 'columns' | 'influence'>;
  /** Whether the text names datasets that are neither read nor written: in queries of WITH that nothing reads, in LIKE. */
  readonly namesOthers: boolean;
  /** Those of the names that are files, not tables. */
  readonly files: ReadonlySet<string>;
  /** What of it is not known; without one, all of it is. */
  readonly problems: readonly Problem[];
}

/**
 * Follows a statement's data. Changes `script` as the statement changes tables. Pure but for that.
 * @param maxWork units of work that it may take
 */
export function analyze(read: ReadStatement, script: Script, maxWork?: number): StatementLineage {
  const context: Context = new Context(
    script,
    (query, outer, names) => resolveQuery(context, query, outer, names),
    maxWork,
  );
  try {
    follow(context, read.statement);
  } catch (error) {
    // A RangeError is the stack's end.
    if (!(error instanceof TooMuchWorkError || error instanceof RangeError)) throw error;
    context.problems.push(problem('too-complex', 'too many columns or levels', read.start));
  }
  return lineageOf(context, read.problems);
}

function lineageOf(context: Context, told: readonly Problem[]): StatementLineage {
  const outputs = [...context.outputs].map(([table, { columns, influence, ...rest }]): OutputLineage => ({
    ...rest,
    table,
    columns: [...columns].map(([name, sources]) => ({ name, sources: [...sources] })),
    influence: [...influence],
  }));
  // A target is read too where its columns decide or are taken.
  for (const { columns, influence } of outputs)
    for (const { table } of [...columns.flatMap(({ sources }) => sources), ...influence])
      context.inputs.add(table);
  const { result } = context;
  const names = [...context.unread].flatMap((query) => tableNamesIn(query));
  const namesOthers = names.some((table) => {
    const name = context.script.nameOf(table);
    return name === undefined || !(context.inputs.has(name) || context.outputs.has(name));
  });
  return {
    namesOthers,
    inputs: [...context.inputs].sort(),
    outputs,
    ...(result === undefined ? {} : { result: resultOf(result) }),
    files: context.files,
    problems: [...told, ...context.problems],
  };
}

function resultOf({ entries, influence }: Rows): Pick<OutputLineage, 'columns' | 'influence'> {
  const columns = columnsOf(entries).map(({ name, sources }) => ({ name, sources: [...sources] }));
  return { columns, influence: [...influence] };
}

function follow(context: Context, statement: Statement): void {
  switch (statement.kind) {
    case 'query':
      context.result = context.query(statement.query, undefined, NO_NAMES);
      context.tellOpen(context.result.entries, -1);
      return;
    case 'write':
      return change(context, statement.query);
    case 'create-as':
      return createAs(context, statement);
    case 'create-table':
      return createTable(context, statement);
    case 'lifecycle':
      return changeLifecycle(context, statement);
    case 'refresh':
      return refresh(context, statement.table);
    case 'copy-from':
    case 'copy-to':
      return copy(context, statement);
    case 'use':
    case 'transaction':
    case 'discard':
      return context.script.followSession(statement);
    case 'none':
    case 'opaque':
      return;
  }
}

/** RETURNING gives whoever asked what the rows were; of rows that are inserted it gives what the statement itself has put there. */
function change(context: Context, query: Query): void {
  const { entries } = context.query(query, undefined, NO_NAMES);
  if (query.body.kind === 'write' && query.body.write.kind === 'insert') return;
  for (const entry of entries) {
    if (entry.kind === 'column') for (const { table } of entry.sources) context.inputs.add(table);
    else if ('table' in entry.of) context.inputs.add(entry.of.table);
  }
}

function copy(context: Context, statement: Statement & { kind: 'copy-from' | 'copy-to' }): void {
  const { file } = statement;
  if (file !== undefined) context.files.add(file.path);
  if (statement.kind === 'copy-from') {
    const target = context.outputOf(statement.target.table);
    if (file === undefined || target === undefined) return;
    context.inputs.add(file.path);
    // Which field of the file goes to which column is in the file, if anywhere.
    context.tell('unknown-columns', file.path, statement.target.table.at);
    if ('inputs' in target) target.inputs.add(file.path);
    return;
  }
  const rows = context.query(statement.query, undefined, NO_NAMES);
  if (file === undefined) return;
  context.tellOpen(rows.entries, -1);
  const output = context.output(file.path);
  for (const { name, sources } of columnsOf(rows.entries)) output.columns.set(name, sources);
  output.influence = rows.influence;
}
