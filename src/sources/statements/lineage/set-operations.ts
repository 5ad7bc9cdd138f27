import type { Body } from '../model/query.js';
import type { Context } from './context.js';
import { type Column, column, type Entry, findColumn, type Rows } from './relation.js';
import { Sources } from './sources.js';

type SetOperation = Body & { kind: 'set' };

/**
 * What UNION, INTERSECT and EXCEPT make of their branches. Columns are matched by place and named by the first branch. EXCEPT takes
 * no values of later branches: they decide which rows remain.
 */
export function combineBranches(
  context: Context,
  { operation, isByName, at }: SetOperation,
  branches: readonly Rows[],
): Rows {
  const [first, ...others] = branches;
  if (first === undefined) return { entries: [], influence: Sources.NONE };
  for (const { entries } of branches)
    if (isOpen(entries) && !areAlike(branches)) context.tellOpen(entries, at);
  const influence = Sources.union(branches.map((branch) => branch.influence));
  if (operation === 'except') {
    const compared = others.flatMap(({ entries }) => sourcesIn(entries));
    return {
      entries: first.entries,
      influence: Sources.union([influence, ...compared.map((sources) => sources.asInfluence('FILTER'))]),
    };
  }
  const shown = isByName ? inAll(branches) : first.entries;
  const entries = shown.map((entry, place): Entry => {
    if (entry.kind === 'open') return entry;
    const matching = others.map((other) => matchOf(context, entry, place, other, isByName, at));
    return column(entry.name, Sources.union([entry.sources, ...matching]));
  });
  if (!isByName) {
    const isEven = others.every((other) => other.entries.length === first.entries.length);
    if (!isEven && !branches.some((branch) => isOpen(branch.entries)))
      context.tell('column-count', operation.toUpperCase(), at);
  }
  return { entries, influence };
}

/** Columns of the first branch that each other one has: what CORRESPONDING gives. */
function inAll([first, ...others]: readonly Rows[]): readonly Entry[] {
  return (first?.entries ?? []).filter(
    (entry) =>
      entry.kind === 'open' ||
      others.every((other) => findColumn(other.entries, entry.name).kind !== 'missing'),
  );
}

function matchOf(
  context: Context,
  { name }: Column,
  place: number,
  other: Rows,
  isByName: boolean,
  at: number,
): Sources {
  context.spend(1);
  if (isByName) {
    const found = findColumn(other.entries, name);
    if (found.kind === 'found') return found.column.sources;
    context.tell('unknown-column', name, at);
    return Sources.NONE;
  }
  if (isOpen(other.entries.slice(0, place + 1))) return Sources.NONE;
  const entry = other.entries[place];
  return entry?.kind === 'column' ? entry.sources : Sources.NONE;
}

/** All branches are all columns of the same one table. */
function areAlike(branches: readonly Rows[]): boolean {
  const tables = branches.map(({ entries: [entry, ...rest] }) =>
    entry?.kind === 'open' && rest.length === 0 ? entry.label : undefined,
  );
  return tables[0] !== undefined && tables[0] !== '' && tables.every((table) => table === tables[0]);
}

function isOpen(entries: readonly Entry[]): boolean {
  return entries.some(({ kind }) => kind === 'open');
}

function sourcesIn(entries: readonly Entry[]): Sources[] {
  return entries.flatMap((entry) => (entry.kind === 'column' ? [entry.sources] : []));
}
