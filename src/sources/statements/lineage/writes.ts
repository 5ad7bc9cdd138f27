import type { Expression } from '../model/expression.js';
import type { TableName } from '../model/query.js';
import type { Assignment, MergeCase, Target, Write } from '../model/statement.js';
import { type Context, NAMELESS, type Names } from './context.js';
import { influenceOf, sourcesOf } from './expressions.js';
import { resolveItems } from './items.js';
import { column, type Entry, NO_ROWS, type Rows } from './relation.js';
import { type From, resolveFrom } from './relations.js';
import type { Binding, Scope } from './scope.js';
import { Sources } from './sources.js';

/** What a statement that changes rows gives to its readers: the rows of RETURNING. Its effect is in the context's outputs. */
export function resolveWrite(context: Context, write: Write, outer: Scope | undefined, names: Names): Rows {
  switch (write.kind) {
    case 'insert':
      return resolveInsert(context, write, outer, names);
    case 'update':
    case 'delete':
      return resolveChange(context, write, outer, names);
    case 'merge':
      return resolveMerge(context, write, outer, names);
  }
}

/** The rows that a target has before the statement. They are read only where an expression takes them. */
function targetOf(context: Context, { table, alias }: Target): { rows: Rows; binding: Binding } {
  const temporary = context.script.temporaryTable(table);
  const name = temporary === undefined ? context.nameOf(table) : undefined;
  const rows = temporary?.rows ?? (name === undefined ? NAMELESS : context.script.rowsOf(name));
  const path = alias === undefined ? context.script.pathOf(table) : [alias.name];
  return { rows, binding: { name: path, entries: rows.entries } };
}

function resolveInsert(
  context: Context,
  write: Write & { kind: 'insert' },
  outer: Scope | undefined,
  names: Names,
): Rows {
  const { target, columns, source, onConflict } = write;
  const given = source === undefined ? NO_ROWS : context.query(source, outer, names);
  const { rows, binding } = targetOf(context, target);
  const places = columns ?? namesOf(context, rows.entries, target.table, given.entries.length > 0);
  const pairs = places === undefined ? [] : paired(context, places, given.entries, target.table, columns);
  put(context, target.table, pairs, given.influence);
  if (onConflict !== undefined) {
    const proposed: Entry[] = pairs.map(([name, sources]) => column(name, sources));
    const scope: Scope = {
      bindings: [binding, { name: ['excluded'], entries: proposed }],
      entries: rows.entries,
      ...(outer === undefined ? {} : { outer }),
    };
    put(
      context,
      target.table,
      assigned(context, onConflict.set, scope, names),
      influenceOf(context, onConflict.where, 'FILTER', scope, names),
    );
  }
  const inserted: Scope = { bindings: [binding], entries: rows.entries };
  return returned(context, write, inserted, names, given.influence);
}

/** The columns that values go to by place. */
function namesOf(
  context: Context,
  entries: readonly Entry[],
  table: TableName,
  isNeeded: boolean,
): string[] | undefined {
  if (isNeeded) context.tellOpen(entries, table.at);
  return entries.some(({ kind }) => kind === 'open')
    ? undefined
    : entries.flatMap((entry) => (entry.kind === 'column' ? [entry.name] : []));
}

/** Columns and what is written to them. After columns that are not known, which goes where cannot be told. */
function paired(
  context: Context,
  places: readonly string[],
  given: readonly Entry[],
  table: TableName,
  listed: readonly string[] | undefined,
): [string, Sources][] {
  const open = given.findIndex(({ kind }) => kind === 'open');
  context.tellOpen(given, table.at);
  const isUneven = listed === undefined ? given.length > places.length : given.length !== places.length;
  if (open === -1 && isUneven && given.length > 0)
    context.tell('column-count', table.parts.join('.'), table.at);
  const certain = open === -1 ? given : given.slice(0, open);
  return certain
    .slice(0, places.length)
    .map((entry, i) => [places[i]!, entry.kind === 'column' ? entry.sources : Sources.NONE]);
}

function resolveChange(
  context: Context,
  write: Write & { kind: 'update' | 'delete' },
  outer: Scope | undefined,
  names: Names,
): Rows {
  const { rows, binding } = targetOf(context, write.target);
  const target: From = { bindings: [binding], entries: rows.entries, influence: Sources.NONE };
  const from = resolveFrom(context, write.from, outer, names);
  const scope = scopeOf(target, from, outer);
  const pairs = write.kind === 'update' ? assigned(context, write.set, scope, names) : [];
  const where = influenceOf(context, write.where, 'FILTER', scope, names);
  const influence = Sources.union([from.influence, where]);
  put(context, write.target.table, pairs, influence);
  return returned(context, write, scope, names, influence);
}

function resolveMerge(
  context: Context,
  write: Write & { kind: 'merge' },
  outer: Scope | undefined,
  names: Names,
): Rows {
  const { target: into, source, on, cases } = write;
  const { rows, binding } = targetOf(context, into);
  const target: From = { bindings: [binding], entries: rows.entries, influence: Sources.NONE };
  const from = resolveFrom(context, [source], outer, names);
  const scope = scopeOf(target, from, outer);
  const inserting = scopeOf({ bindings: [binding], entries: [], influence: Sources.NONE }, from, outer);
  const influence = [from.influence, influenceOf(context, on, 'JOIN', scope, names)];
  for (const { condition, action } of cases) {
    influence.push(influenceOf(context, condition, 'FILTER', scope, names));
    if (action.kind === 'update') put(context, into.table, assigned(context, action.set, scope, names));
    if (action.kind === 'insert') {
      const pairs = inserted(context, action, rows, into.table, inserting, names);
      put(context, into.table, pairs);
    }
  }
  put(context, into.table, [], Sources.union(influence));
  return returned(context, write, scope, names, Sources.union(influence));
}

function inserted(
  context: Context,
  { columns, values }: MergeCase['action'] & { kind: 'insert' },
  rows: Rows,
  table: TableName,
  scope: Scope,
  names: Names,
): [string, Sources][] {
  const places = columns ?? namesOf(context, rows.entries, table, values.length > 0);
  if (places === undefined) return [];
  const given = values.map((value, i) => column(String(i), sourcesOf(context, value, scope, names)));
  return paired(context, places, given, table, columns);
}

function scopeOf(target: From, from: From, outer: Scope | undefined): Scope {
  return {
    bindings: [...target.bindings, ...from.bindings],
    entries: [...target.entries, ...from.entries],
    ...(outer === undefined ? {} : { outer }),
  };
}

/** What SET gives to columns. */
function assigned(
  context: Context,
  assignments: readonly Assignment[],
  scope: Scope,
  names: Names,
): [string, Sources][] {
  return assignments.flatMap(({ columns, value }): [string, Sources][] => {
    const [single] = columns;
    if (columns.length === 1) return [[single!, sourcesOf(context, value, scope, names)]];
    return assignedTogether(context, columns, value, scope, names);
  });
}

/** `(a, b) = (SELECT …)`: by place; what decides over the rows of the query decides over all of them. */
function assignedTogether(
  context: Context,
  columns: readonly string[],
  value: Expression,
  scope: Scope,
  names: Names,
): [string, Sources][] {
  if (value.kind !== 'subquery') {
    const sources = sourcesOf(context, value, scope, names);
    return columns.map((name) => [name, sources]);
  }
  const { entries, influence } = context.query(value.query, scope, names);
  context.tellOpen(entries, -1);
  return columns.map((name, i) => {
    const entry = entries[i];
    return [name, Sources.union([entry?.kind === 'column' ? entry.sources : Sources.NONE, influence])];
  });
}

/** Adds to what the statement writes to a table. */
function put(
  context: Context,
  table: TableName,
  pairs: readonly (readonly [string, Sources])[],
  influence: Sources = Sources.NONE,
): void {
  const output = context.outputOf(table);
  if (output === undefined) return;
  if ('columns' in output) {
    for (const [name, sources] of pairs)
      output.columns.set(name, Sources.union([output.columns.get(name) ?? Sources.NONE, sources]));
    output.influence = Sources.union([output.influence, influence]);
    return;
  }
  const added = new Map<string, Sources>();
  for (const [name, sources] of pairs)
    added.set(name, Sources.union([added.get(name) ?? Sources.NONE, sources]));
  output.rows = {
    entries: output.rows.entries.map((entry) =>
      entry.kind === 'column' && added.has(entry.name)
        ? column(entry.name, Sources.union([entry.sources, added.get(entry.name)!]))
        : entry,
    ),
    influence: Sources.union([output.rows.influence, influence]),
  };
  for (const input of context.inputs) output.inputs.add(input);
}

/**
 * RETURNING gives columns of the target, before and after the statement, and of what it was joined with.
 * @param influence what decided over the rows that were changed
 */
function returned(
  context: Context,
  { returning: items, states: stateNames = ['old', 'new'] }: Write,
  scope: Scope,
  names: Names,
  influence: Sources,
): Rows {
  if (items.length === 0) return NO_ROWS;
  const [target] = scope.bindings;
  const states: Binding[] = stateNames.map((name) => ({ name: [name], entries: target!.entries }));
  const seen = { ...scope, bindings: [...scope.bindings, ...states] };
  return { entries: resolveItems(context, items, seen, names), influence };
}
