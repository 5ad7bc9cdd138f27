import type { IndirectSubtype } from '../model/expression.js';
import type { Body, Cte, OutputKey, Query, Select } from '../model/query.js';
import type { Context, Names } from './context.js';
import { influenceOf, sourcesOf } from './expressions.js';
import { resolveItems } from './items.js';
import { type Column, column, type Entry, findColumn, type Rows } from './relation.js';
import { renameColumns, resolveFrom } from './relations.js';
import { EMPTY_SCOPE, type Scope } from './scope.js';
import { combineBranches } from './set-operations.js';
import { Sources } from './sources.js';
import { resolveWrite } from './writes.js';

/** Rounds in which the columns of a recursive query must come to rest: a column can pass through each other one. */
const MAX_ROUNDS = 50;

/** What a query gives. @param outer what a correlated query sees of the one around it */
export function resolveQuery(
  context: Context,
  query: Query,
  outer: Scope | undefined,
  outerNames: Names,
): Rows {
  context.spend(1);
  const { names, unread } = nameQueries(context, query, outer, outerNames);
  const { rows, scope } = resolveBody(context, query.body, outer, names);
  const keys = query.orderBy.map((key) => keyInfluence(context, key, 'SORT', rows.entries, scope, names));
  for (const cte of unread()) context.unread.add(cte.query);
  return { entries: rows.entries, influence: Sources.union([rows.influence, ...keys]) };
}

/** Named queries are resolved when they are first read; those that change data, in any case. */
function nameQueries(
  context: Context,
  { ctes, isRecursive }: Query,
  outer: Scope | undefined,
  outerNames: Names,
): { names: Names; unread: () => readonly Cte[] } {
  let names = outerNames;
  const together = new Map<string, () => Rows>();
  const resolved = new Map<Cte, Rows>();
  const reads: (() => Rows)[] = [];
  for (const cte of ctes) {
    const visible: Names = isRecursive ? { queries: together, outer: outerNames } : names;
    const read = () => {
      const rows = resolved.get(cte) ?? resolveCte(context, cte, isRecursive, outer, visible);
      resolved.set(cte, rows);
      return rows;
    };
    if (isRecursive) together.set(cte.name, read);
    else names = { queries: new Map([[cte.name, read]]), outer: names };
    reads.push(read);
  }
  ctes.forEach(({ query }, i) => {
    if (query.body.kind === 'write') reads[i]!();
  });
  return {
    names: isRecursive ? { queries: together, outer: outerNames } : names,
    unread: () => ctes.filter((cte) => !resolved.has(cte)),
  };
}

function resolveCte(
  context: Context,
  cte: Cte,
  isRecursive: boolean,
  outer: Scope | undefined,
  names: Names,
): Rows {
  if (isRecursive && cte.query.body.kind === 'set')
    return resolveRecursive(context, cte, cte.query, outer, names);
  return renamed(context, cte, context.query(cte.query, outer, names));
}

function renamed(context: Context, cte: Cte, rows: Rows): Rows {
  return { ...rows, entries: renameColumns(context, rows.entries, cte.columns, -1) };
}

/** The first branch makes the columns; the others are added again and again until nothing is new. */
function resolveRecursive(
  context: Context,
  cte: Cte,
  query: Query,
  outer: Scope | undefined,
  names: Names,
): Rows {
  const { body } = query;
  if (body.kind !== 'set') throw new TypeError('a recursive query has branches');
  const start = { ...query, body: body.branches[0]!.body, ctes: [...query.ctes, ...body.branches[0]!.ctes] };
  const withName = (rows: Rows): Names => ({ queries: new Map([[cte.name, () => rows]]), outer: names });
  let rows = renamed(
    context,
    cte,
    context.query(start, outer, withName({ entries: [], influence: Sources.NONE })),
  );
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const next = renamed(context, cte, context.query(query, outer, withName(rows)));
    const isAtRest = sizeOf(next) === sizeOf(rows);
    rows = next;
    if (isAtRest) break;
  }
  return rows;
}

function sizeOf({ entries, influence }: Rows): number {
  return entries.reduce(
    (sum, entry) => sum + (entry.kind === 'column' ? entry.sources.size : 0),
    influence.size,
  );
}

/** @returns the rows, and the scope that keys of ORDER BY can refer to beside the output */
function resolveBody(
  context: Context,
  body: Body,
  outer: Scope | undefined,
  names: Names,
): { rows: Rows; scope: Scope | undefined } {
  switch (body.kind) {
    case 'select':
      return resolveSelect(context, body, outer, names);
    case 'set': {
      const branches = body.branches.map((branch) => context.query(branch, outer, names));
      return { rows: combineBranches(context, body, branches), scope: outer };
    }
    case 'values': {
      const [first = []] = body.rows;
      const entries = first.map((_, i) => {
        const values = body.rows.map((row) =>
          row[i] === undefined ? Sources.NONE : sourcesOf(context, row[i], outer, names),
        );
        return column(body.names(i), Sources.union(values));
      });
      return { rows: { entries, influence: Sources.NONE }, scope: outer };
    }
    case 'write':
      return { rows: resolveWrite(context, body.write, outer, names), scope: outer };
  }
}

function resolveSelect(
  context: Context,
  select: Select,
  outer: Scope | undefined,
  names: Names,
): { rows: Rows; scope: Scope } {
  const from = resolveFrom(context, select.from, outer, names);
  const { bindings, entries } = from;
  const scope: Scope = { bindings, entries, ...(outer === undefined ? {} : { outer }) };
  const output = resolveItems(context, select.items, scope, names);
  for (const window of select.windows ?? []) sourcesOf(context, window, scope, names);
  const key = (subtype: IndirectSubtype) => (expression: OutputKey) =>
    keyInfluence(context, expression, subtype, output, scope, names);
  const influence = Sources.union([
    from.influence,
    influenceOf(context, select.where, 'FILTER', scope, names),
    ...select.groupBy.map(inputFirst(context, scope, key('GROUP_BY'), names)),
    influenceOf(context, select.having, 'FILTER', scope, names),
    ...select.distinctOn.map(key('GROUP_BY')),
  ]);
  return { rows: { entries: output, influence }, scope };
}

/** In GROUP BY a plain name is a column of the input before it is one of the output. */
function inputFirst(
  context: Context,
  scope: Scope,
  otherwise: (key: OutputKey) => Sources,
  names: Names,
): (key: OutputKey) => Sources {
  return (key) =>
    key.kind === 'column' && key.parts.length === 1 && isCertainlyIn(scope, key.parts[0]!)
      ? influenceOf(context, key, 'GROUP_BY', scope, names)
      : otherwise(key);
}

function isCertainlyIn({ entries }: Scope, name: string): boolean {
  const found = findColumn(entries, name);
  return found.kind === 'found' && found.isCertain;
}

/** A key that is a place or a name of the output stands for what the output has there. */
function keyInfluence(
  context: Context,
  key: OutputKey,
  subtype: IndirectSubtype,
  output: readonly Entry[],
  scope: Scope | undefined,
  names: Names,
): Sources {
  if (key.kind === 'ordinal') {
    const before = output.slice(0, key.place);
    context.tellOpen(before, -1);
    const entry = before[key.place - 1];
    return entry?.kind === 'column' ? entry.sources.asInfluence(subtype) : Sources.NONE;
  }
  if (key.kind === 'column' && key.parts.length === 1) {
    const named = output.find(
      (entry): entry is Column => entry.kind === 'column' && entry.name === key.parts[0],
    );
    if (named !== undefined) return named.sources.asInfluence(subtype);
  }
  const takesOutput = scope === undefined || (subtype === 'SORT' && context.script.naming.sortsByOutput);
  const seen: Scope | undefined = takesOutput
    ? { ...EMPTY_SCOPE, entries: output, ...(scope === undefined ? {} : { outer: scope }) }
    : scope;
  return influenceOf(context, key, subtype, seen, names);
}
