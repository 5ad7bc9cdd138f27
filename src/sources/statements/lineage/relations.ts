import type { Alias, FunctionRelation, JoinRelation, Relation } from '../model/query.js';
import type { Context, Names } from './context.js';
import { influenceOf, sourcesOf } from './expressions.js';
import { anyColumns, column, type Entry, findColumn, type Rows, without } from './relation.js';
import type { Binding, Scope } from './scope.js';
import { Sources } from './sources.js';

/** Relations side by side, as FROM gives them to what follows. */
export interface From {
  readonly bindings: readonly Binding[];
  readonly entries: readonly Entry[];
  readonly influence: Sources;
}

export const NO_FROM: From = { bindings: [], entries: [], influence: Sources.NONE };

/** Relations with commas between; each lateral one sees those before it. */
export function resolveFrom(
  context: Context,
  relations: readonly Relation[],
  outer: Scope | undefined,
  names: Names,
): From {
  return relations.reduce<From>((before, relation) => {
    const next = resolveRelation(context, relation, before, outer, names);
    return beside(before, next);
  }, NO_FROM);
}

function beside(left: From, right: From): From {
  return {
    bindings: [...left.bindings, ...right.bindings],
    entries: [...left.entries, ...right.entries],
    influence: Sources.union([left.influence, right.influence]),
  };
}

function scopeOf({ bindings, entries }: From, outer: Scope | undefined): Scope {
  return { bindings, entries, ...(outer === undefined ? {} : { outer }) };
}

/** @param before the relations to the left, which only lateral ones see */
function resolveRelation(
  context: Context,
  relation: Relation,
  before: From,
  outer: Scope | undefined,
  names: Names,
): From {
  context.spend(1 + before.entries.length);
  switch (relation.kind) {
    case 'table': {
      const { parts } = relation.table;
      const named = parts.length === 1 ? namedQuery(names, parts[0]!) : undefined;
      const rows = named === undefined ? context.read(relation.table) : named();
      const whole = named === undefined ? context.script.pathOf(relation.table) : parts;
      return aliased(context, rows, relation.alias, whole, relation.table.at);
    }
    case 'derived': {
      const seen = relation.isLateral ? scopeOf(before, outer) : outer;
      return aliased(context, context.query(relation.query, seen, names), relation.alias, undefined, -1);
    }
    case 'function':
      return resolveFunction(context, relation, scopeOf(before, outer), names);
    case 'join':
      return resolveJoin(context, relation, before, outer, names);
    case 'opaque':
      return resolveOpaque(context, relation, before, outer, names);
  }
}

function resolveOpaque(
  context: Context,
  { input, value, reads, label, alias }: Relation & { kind: 'opaque' },
  before: From,
  outer: Scope | undefined,
  names: Names,
): From {
  const from = input === undefined ? NO_FROM : resolveRelation(context, input, before, outer, names);
  const scope = scopeOf(from, scopeOf(before, outer));
  // How they come in is not known; that they are read is.
  for (const read of reads) sourcesOf(context, read, scope, names);
  const sources =
    value === undefined
      ? Sources.NONE
      : sourcesOf(context, value, scope, names).through('TRANSFORMATION', false);
  const any = anyColumns(value === undefined ? '' : label, sources);
  const columns = alias?.columns;
  const entries = columns === undefined ? [any] : columns.map((name) => column(name, sources));
  const named = alias === undefined ? undefined : { name: alias.name };
  return aliased(context, { entries, influence: from.influence }, named, undefined, -1);
}

function namedQuery(names: Names | undefined, name: string): (() => Rows) | undefined {
  for (let at = names; at !== undefined; at = at.outer) {
    const query = at.queries.get(name);
    if (query !== undefined) return query;
  }
  return undefined;
}

/** Rows under a name. @param path the name of a table that has no alias */
function aliased(
  context: Context,
  { entries, influence }: Rows,
  alias: Alias | undefined,
  path: readonly string[] | undefined,
  at: number,
): From {
  const renamed = renameColumns(context, entries, alias?.columns, at);
  const name = alias === undefined ? path : [alias.name];
  return { bindings: name === undefined ? [] : [{ name, entries: renamed }], entries: renamed, influence };
}

/** Gives the first columns other names. Which they are cannot be told after a table whose columns are not known. */
export function renameColumns(
  context: Context,
  entries: readonly Entry[],
  names: readonly string[] | undefined,
  at: number,
): Entry[] {
  if (names === undefined) return [...entries];
  const open = entries.findIndex(({ kind }) => kind === 'open');
  const certain = open === -1 ? entries : entries.slice(0, open);
  if (open !== -1 && names.length > certain.length) context.tellOpen(entries, at);
  else if (names.length > entries.length) context.tell('column-count', names.join(', '), at);
  const renamed = names.map((name, i) => {
    const entry = certain[i];
    return column(name, entry?.kind === 'column' ? entry.sources : Sources.NONE);
  });
  return names.length > certain.length ? renamed : [...renamed, ...entries.slice(names.length)];
}

function resolveFunction(
  context: Context,
  { columns, alias, reads = [], ordinality }: FunctionRelation,
  scope: Scope,
  names: Names,
): From {
  for (const read of reads) sourcesOf(context, read, scope, names);
  const entries: Entry[] = columns.map(({ name, value }) =>
    column(name, sourcesOf(context, value, scope, names).through('TRANSFORMATION', false)),
  );
  if (ordinality !== undefined) entries.push(column(ordinality, Sources.NONE));
  return aliased(context, { entries, influence: Sources.NONE }, alias, undefined, -1);
}

function resolveJoin(
  context: Context,
  join: JoinRelation,
  before: From,
  outer: Scope | undefined,
  names: Names,
): From {
  const left = resolveRelation(context, join.left, before, outer, names);
  const right = resolveRelation(context, join.right, beside(before, left), outer, names);
  const both = beside(left, right);
  const on = influenceOf(context, join.on, 'JOIN', scopeOf(both, scopeOf(before, outer)), names);
  const using = join.using ?? (join.isNatural ? namesInBoth(context, left, right, join.at) : []);
  const merged = using.map((name) => mergeColumn(context, name, join, left, right));
  const hidden = new Set(using);
  const entries =
    using.length === 0
      ? both.entries
      : [...merged.map(({ entry }) => entry), ...without(both.entries, hidden)];
  const keys = merged.map(({ influence }) => influence);
  const influence = Sources.union([both.influence, on, ...keys]);
  const usingBinding =
    join.usingAlias === undefined
      ? []
      : [{ name: [join.usingAlias], entries: merged.map(({ entry }) => entry) }];
  const joined: From = { bindings: [...both.bindings, ...usingBinding], entries, influence };
  return join.alias === undefined ? joined : aliased(context, joined, join.alias, undefined, join.at);
}

/** The columns of a NATURAL JOIN, which both sides have. */
function namesInBoth(context: Context, left: From, right: From, at: number): string[] {
  context.tellOpen([...left.entries, ...right.entries], at);
  const has = new Set(right.entries.flatMap((entry) => (entry.kind === 'column' ? [entry.name] : [])));
  return left.entries.flatMap((entry) =>
    entry.kind === 'column' && has.has(entry.name) ? [entry.name] : [],
  );
}

/** The one column that USING makes of two: the value of the side that always has one. */
function mergeColumn(
  context: Context,
  name: string,
  { type, at }: JoinRelation,
  left: From,
  right: From,
): { entry: Entry; influence: Sources } {
  const [ofLeft, ofRight] = [left, right].map(({ entries }) => {
    const found = findColumn(entries, name);
    if (found.kind === 'found') return found.column.sources;
    context.tell(found.kind === 'ambiguous' ? 'ambiguous-column' : 'unknown-column', name, at);
    return Sources.NONE;
  }) as [Sources, Sources];
  const either = Sources.union([ofLeft, ofRight]);
  const sources =
    type === 'right' ? ofRight : type === 'full' ? either.through('TRANSFORMATION', false) : ofLeft;
  return { entry: column(name, sources), influence: either.asInfluence('JOIN') };
}
