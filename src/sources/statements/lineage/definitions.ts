import type { TableName } from '../model/query.js';
import type { ColumnChange, DefinedColumn, Statement } from '../model/statement.js';
import { type Context, NO_NAMES } from './context.js';
import { column, columnsOf, type Entry, type Rows } from './relation.js';
import { renameColumns } from './relations.js';
import { Sources } from './sources.js';

/** CREATE … AS, for tables and views. */
export function createAs(context: Context, statement: Statement & { kind: 'create-as' }): void {
  const { table, columns, query, isTemporary, isReplacing, isConditional, object } = statement;
  const rows = context.query(query, undefined, NO_NAMES);
  const entries = renameColumns(context, rows.entries, columns, table.at);
  if (isTemporary) {
    const made: Rows = { entries, influence: rows.influence };
    context.script.defineTemporary(table.parts.at(-1)!, { rows: made, inputs: new Set(context.inputs) });
    return;
  }
  const name = context.nameOf(table, true);
  if (name === undefined) return;
  context.tellOpen(entries, table.at);
  const output = context.output(name);
  for (const entry of columnsOf(entries)) output.columns.set(entry.name, entry.sources);
  output.influence = rows.influence;
  output.lifecycle = isReplacing && object === 'table' ? 'OVERWRITE' : 'CREATE';
  if (object === 'materialized-view') context.script.defineView(name, query);
  context.script.forgetTemporary(table);
  define(context, name, closedColumns(entries), isConditional);
}

/** What a statement makes has these columns; undefined when they are not known. What is there already stays as it is. */
function define(
  context: Context,
  name: string,
  columns: readonly DefinedColumn[] | undefined,
  isConditional: boolean,
): void {
  if (isConditional && context.script.columnsOf(name) !== undefined) return;
  context.script.define(name, columns);
  context.output(name).schema = columns ?? null;
}

/** REFRESH MATERIALIZED VIEW does again what made it, if the text made it. */
export function refresh(context: Context, table: TableName): void {
  const name = context.nameOf(table);
  if (name === undefined) return;
  const output = context.output(name);
  const query = context.script.definitionOf(name);
  if (query === undefined) return context.tell('unknown-definition', name, table.at);
  const rows = context.query(query, undefined, NO_NAMES);
  const columns = columnsOf(rows.entries);
  const named = context.script.columnsOf(name) ?? columns;
  columns.forEach((entry, i) => output.columns.set(named[i]?.name ?? entry.name, entry.sources));
  output.influence = rows.influence;
  context.tellOpen(rows.entries, table.at);
}

/** CREATE TABLE with its columns. */
export function createTable(context: Context, statement: Statement & { kind: 'create-table' }): void {
  const { table, columns, like, isTemporary, isConditional } = statement;
  context.unread.add(statement);
  const before = like.map((other) => {
    const name = context.nameOf(other);
    const known = name === undefined ? undefined : context.script.columnsOf(name);
    if (name !== undefined && known === undefined) context.tell('unknown-columns', name, other.at);
    return known;
  });
  const isKnown = before.every((known) => known !== undefined);
  const all = isKnown ? [...before.flatMap((known) => known ?? []), ...columns] : undefined;
  if (isTemporary) {
    const entries = (all ?? columns).map(({ name }) => column(name, Sources.NONE));
    const rows: Rows = { entries, influence: Sources.NONE };
    context.script.defineTemporary(table.parts.at(-1)!, { rows, inputs: new Set() });
    return;
  }
  const name = context.nameOf(table, true);
  if (name === undefined) return;
  context.output(name).lifecycle = 'CREATE';
  define(context, name, all, isConditional);
}

/** DROP, TRUNCATE, ALTER and RENAME. */
export function changeLifecycle(context: Context, statement: Statement & { kind: 'lifecycle' }): void {
  const { change, tables, becomes, columns } = statement;
  for (const table of tables) {
    if (changeTemporary(context, table, statement)) continue;
    const name = context.nameOf(table);
    if (name === undefined) continue;
    const known = context.script.columnsOf(name);
    if (change === 'RENAME' && becomes !== undefined) {
      const next = context.nameOf({
        ...becomes,
        parts:
          becomes.parts.length === 1 ? [...name.split('.').slice(0, -1), ...becomes.parts] : becomes.parts,
      });
      if (next === undefined) continue;
      Object.assign(context.output(next), { lifecycle: change, previousName: name });
      define(context, next, known, false);
      context.script.define(name, undefined);
      continue;
    }
    context.output(name).lifecycle = change;
    if (change === 'ALTER') define(context, name, known && columns && altered(known, columns), false);
    if (change === 'DROP') context.script.define(name, undefined);
  }
}

/** @returns whether the table is a temporary one */
function changeTemporary(
  context: Context,
  table: TableName,
  { change, becomes, columns = [] }: Statement & { kind: 'lifecycle' },
): boolean {
  const temporary = context.script.temporaryToChange(table);
  if (temporary === undefined) return false;
  if (change === 'DROP') context.script.forgetTemporary(table);
  if (change === 'RENAME' && becomes !== undefined) {
    context.script.forgetTemporary(table);
    context.script.defineTemporary(becomes.parts.at(-1)!, temporary);
  }
  if (change === 'ALTER') {
    const { entries, influence } = temporary.rows;
    const named = new Map(columnsOf(entries).map((entry) => [entry.name, entry.sources]));
    for (const one of columns)
      if (one.kind === 'rename') named.set(one.to, named.get(one.name) ?? Sources.NONE);
    const left = altered(columnsOf(entries), columns);
    const open = entries.filter(({ kind }) => kind === 'open');
    const now = left.map(({ name }) => column(name, named.get(name) ?? Sources.NONE));
    temporary.rows = { entries: [...now, ...open], influence };
  }
  return true;
}

/** The columns after ALTER. */
function altered(before: readonly DefinedColumn[], changes: readonly ColumnChange[]): DefinedColumn[] {
  return changes.reduce<DefinedColumn[]>(
    (columns, change) => {
      switch (change.kind) {
        case 'add': {
          const isThere = columns.some(({ name }) => name === change.column.name);
          return isThere && change.isConditional ? columns : [...columns, change.column];
        }
        case 'drop':
          return columns.filter(({ name }) => name !== change.name);
        case 'rename':
          return columns.map((one) => (one.name === change.name ? { ...one, name: change.to } : one));
        case 'type':
          return columns.map((one) => (one.name === change.name ? { ...one, type: change.type } : one));
      }
    },
    before.map(({ name, type }) => ({ name, ...(type === undefined ? {} : { type }) })),
  );
}

/** All columns in order; undefined when some are not known. */
function closedColumns(entries: readonly Entry[]): DefinedColumn[] | undefined {
  const columns = columnsOf(entries);
  return columns.length === entries.length ? columns.map(({ name }) => ({ name })) : undefined;
}
