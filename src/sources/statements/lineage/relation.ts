import { Sources } from './sources.js';

/** A column of a relation and what it follows from. */
export interface Column {
  readonly kind: 'column';
  readonly name: string;
  readonly sources: Sources;
}

/** Columns that nobody told, at their place among others. */
export interface OpenColumns {
  readonly kind: 'open';
  /** Of what, for messages; empty where a problem was told already. */
  readonly label: string;
  /** What one of them follows from: a table's column of the same name, or for all of them the same. */
  readonly of: { readonly table: string } | { readonly sources: Sources };
  /** Names that are no longer among them: USING has merged them. */
  readonly without: ReadonlySet<string>;
}

export type Entry = Column | OpenColumns;

/** Rows with columns, as a query or a table gives them. */
export interface Rows {
  readonly entries: readonly Entry[];
  /** What decided over which rows there are. */
  readonly influence: Sources;
}

export const NO_ROWS: Rows = { entries: [], influence: Sources.NONE };

export function column(name: string, sources: Sources): Column {
  return { kind: 'column', name, sources };
}

/** A table whose columns nobody told. */
export function openTable(table: string): Rows {
  return {
    entries: [{ kind: 'open', label: table, of: { table }, without: new Set() }],
    influence: Sources.NONE,
  };
}

/** Columns of any name, which all follow from the same. @param label empty where a problem was told already */
export function anyColumns(label: string, sources: Sources): Entry {
  return { kind: 'open', label, of: { sources }, without: new Set() };
}

/** A table whose columns are known. */
export function knownTable(table: string, columns: readonly string[]): Rows {
  return {
    entries: columns.map((name) => column(name, Sources.column(table, name))),
    influence: Sources.NONE,
  };
}

/** What a name stands for among the columns of a relation. */
export type Found =
  | { readonly kind: 'found'; readonly column: Column; readonly isCertain: boolean }
  | { readonly kind: 'ambiguous' }
  | { readonly kind: 'missing' };

/**
 * Looks a column up. A statement that runs names each column once, so a known column of that name is meant, however many unknown
 * ones stand beside it; and if there is one table of unknown columns only, it must have it.
 */
export function findColumn(entries: readonly Entry[], name: string): Found {
  const known = entries.filter((entry): entry is Column => entry.kind === 'column' && entry.name === name);
  const [first] = known;
  if (first !== undefined)
    return known.length === 1 ? { kind: 'found', column: first, isCertain: true } : { kind: 'ambiguous' };
  const open = entries.filter(
    (entry): entry is OpenColumns => entry.kind === 'open' && !entry.without.has(name),
  );
  const [table] = open;
  if (table === undefined) return { kind: 'missing' };
  if (open.length > 1) return { kind: 'ambiguous' };
  const sources = 'table' in table.of ? Sources.column(table.of.table, name) : table.of.sources;
  return { kind: 'found', column: column(name, sources), isCertain: false };
}

/** Columns without those of some names. */
export function without(entries: readonly Entry[], names: ReadonlySet<string>): Entry[] {
  return entries.flatMap((entry): Entry[] => {
    if (entry.kind === 'open') return [{ ...entry, without: new Set([...entry.without, ...names]) }];
    return names.has(entry.name) ? [] : [entry];
  });
}

/** What has unknown columns among the entries. */
export function openLabelsOf(entries: readonly Entry[]): string[] {
  return entries.flatMap((entry) => (entry.kind === 'open' && entry.label !== '' ? [entry.label] : []));
}

/** The known columns among the entries. */
export function columnsOf(entries: readonly Entry[]): Column[] {
  return entries.filter((entry): entry is Column => entry.kind === 'column');
}
