import type { Lifecycle, Problem, ReadStatement, Statement } from '../model/statement.js';
import { problem } from '../model/problems.js';
import type { TableName } from '../model/query.js';
import { Context, NO_NAMES, TooMuchWorkError } from './context.js';
import { resolveQuery } from './queries.js';
import { renameColumns } from './relations.js';
import { type Column, type Entry, type Rows } from './relation.js';
import type { Script } from './script.js';
import { type Source, Sources } from './sources.js';

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
  /** Its columns, where the statement makes them all. */
  readonly schema?: readonly { readonly name: string; readonly type?: string }[];
}

/** What one statement does to datasets, as far as it is certain. */
export interface StatementLineage {
  /** Datasets whose data is read, by name. */
  readonly inputs: readonly string[];
  readonly outputs: readonly OutputLineage[];
  /** The rows that a query gives to whoever asked; undefined for other statements. */
  readonly result?: Pick<OutputLineage, 'columns' | 'influence'>;
  /** Those of the names that are files, not tables. */
  readonly files: ReadonlySet<string>;
  /** What of it is not known; without one, all of it is. */
  readonly problems: readonly Problem[];
}

/** Follows a statement's data. Changes `script` as the statement changes tables. Pure but for that. */
export function analyze(read: ReadStatement, script: Script): StatementLineage {
  const context: Context = new Context(script, (query, outer, names) =>
    resolveQuery(context, query, outer, names),
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
  return {
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
      context.query(statement.query, undefined, NO_NAMES);
      return;
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
    case 'none':
    case 'opaque':
      return;
  }
}

function createAs(
  context: Context,
  { table, columns, query, isTemporary, isReplacing, object }: Statement & { kind: 'create-as' },
): void {
  const rows = context.query(query, undefined, NO_NAMES);
  const entries = renameColumns(context, rows.entries, columns, table.at);
  const made: Rows = { entries, influence: rows.influence };
  if (isTemporary) {
    context.script.defineTemporary(table.parts.at(-1)!, { rows: made, inputs: new Set(context.inputs) });
    return;
  }
  const name = context.nameOf(table);
  if (name === undefined) return;
  context.tellOpen(entries, table.at);
  const output = context.output(name);
  for (const entry of columnsOf(entries)) output.columns.set(entry.name, entry.sources);
  output.influence = rows.influence;
  output.lifecycle = isReplacing && object === 'table' ? 'OVERWRITE' : 'CREATE';
  if (object === 'materialized-view') context.script.defineView(name, query);
  const schema = closedColumns(entries);
  context.script.forgetTemporary(table);
  context.script.define(name, schema);
  if (schema !== undefined) output.schema = schema.map((column) => ({ name: column }));
}

function refresh(context: Context, table: TableName): void {
  const name = context.nameOf(table);
  if (name === undefined) return;
  const output = context.output(name);
  const query = context.script.definitionOf(name);
  if (query === undefined) return context.tell('unknown-definition', name, table.at);
  const rows = context.query(query, undefined, NO_NAMES);
  const columns = columnsOf(rows.entries);
  const named = context.script.columnsOf(name) ?? columns.map((entry) => entry.name);
  columns.forEach((entry, i) => output.columns.set(named[i] ?? entry.name, entry.sources));
  output.influence = rows.influence;
  context.tellOpen(rows.entries, table.at);
}

function createTable(
  context: Context,
  { table, columns, like, isTemporary }: Statement & { kind: 'create-table' },
): void {
  const before = like.flatMap((other): readonly (string | undefined)[] => {
    const name = context.nameOf(other);
    const known = name === undefined ? undefined : context.script.columnsOf(name);
    if (name !== undefined && known === undefined) context.tell('unknown-columns', name, other.at);
    return known ?? [undefined];
  });
  const own = columns.map(({ name, type }) => ({ name, ...(type === undefined ? {} : { type }) }));
  const isKnown = before.every((name) => name !== undefined);
  const schema = isKnown ? [...before.map((name) => ({ name: name! })), ...own] : undefined;
  if (isTemporary) {
    const entries = (schema ?? own).map(({ name }): Column => ({
      kind: 'column',
      name,
      sources: Sources.NONE,
    }));
    context.script.defineTemporary(table.parts.at(-1)!, {
      rows: { entries, influence: Sources.NONE },
      inputs: new Set(),
    });
    return;
  }
  const name = context.nameOf(table);
  if (name === undefined) return;
  context.script.define(
    name,
    schema?.map((column) => column.name),
  );
  const output = context.output(name);
  output.lifecycle = 'CREATE';
  if (schema !== undefined) output.schema = schema;
}

function changeLifecycle(
  context: Context,
  { change, tables, becomes }: Statement & { kind: 'lifecycle' },
): void {
  for (const table of tables) {
    if (change === 'DROP' && context.script.forgetTemporary(table)) continue;
    if (context.script.temporaryTable(table) !== undefined) continue;
    const name = context.nameOf(table);
    if (name === undefined) continue;
    const columns = context.script.columnsOf(name);
    if (change === 'RENAME' && becomes !== undefined) {
      const next = context.nameOf(becomes);
      if (next === undefined) continue;
      Object.assign(context.output(next), { lifecycle: change, previousName: name });
      context.script.define(next, columns);
      context.script.define(name, undefined);
      continue;
    }
    context.output(name).lifecycle = change;
    if (change === 'DROP' || change === 'ALTER') context.script.define(name, undefined);
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

function columnsOf(entries: readonly Entry[]): Column[] {
  return entries.filter((entry): entry is Column => entry.kind === 'column');
}

/** All names in order; undefined when some are not known. */
function closedColumns(entries: readonly Entry[]): string[] | undefined {
  const columns = columnsOf(entries);
  return columns.length === entries.length ? columns.map(({ name }) => name) : undefined;
}
