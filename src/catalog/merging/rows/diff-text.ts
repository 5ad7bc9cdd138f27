import { CsvTable } from './csv-table.js';
import { JsonTable } from './json-table.js';
import { KeyIndex } from './key-index.js';
import type { TextFormat } from './merge-text.js';
import { RowBag } from './row-bag.js';
import {
  MAX_SAMPLE_COLUMNS,
  MAX_SAMPLES,
  type RowChange,
  type RowDiff,
  type RowDiffOutcome,
} from './row-diff.js';
import { type Cells, joinKey, ofSide, type RowTable, TableFault } from './row-table.js';

/** Two versions of a text file, to be compared. */
interface Versions {
  readonly before: RowTable;
  readonly after: RowTable;
  /** Columns that both have; absent where rows say their own. */
  readonly shared: ReadonlySet<string> | undefined;
}

/**
 * Compares two versions of a text file row by row. Never throws for what is in the files.
 * @param key of the rows; without one, or where it does not tell rows apart, they are compared as wholes
 */
export function diffText(
  format: TextFormat,
  files: { readonly before: Buffer; readonly after: Buffer },
  key: readonly string[] | undefined,
): RowDiffOutcome {
  try {
    const versions = open(format, files);
    const diff = key === undefined ? diffBags(versions) : diffByKeyOrBags(versions, key);
    return { kind: 'compared', diff };
  } catch (error) {
    if (!(error instanceof TableFault)) throw error;
    return { kind: 'unfit', reason: error.message };
  }
}

function open(format: TextFormat, files: { readonly before: Buffer; readonly after: Buffer }): Versions {
  const read = (file: Buffer): RowTable =>
    format === 'csv' ? new CsvTable(file) : new JsonTable(file, format);
  const before = ofSide('before', () => read(files.before));
  const after = ofSide('after', () => read(files.after));
  const names = after.columns && new Set(after.columns);
  const shared = names && new Set(before.columns!.filter((name) => names.has(name)));
  return { before, after, shared };
}

function diffByKeyOrBags(versions: Versions, key: readonly string[]): RowDiff {
  try {
    return diffByKey(versions, key);
  } catch (error) {
    if (!(error instanceof TableFault)) throw error;
    return { ...diffBags(versions), keyProblem: error.message };
  }
}

function diffByKey({ before, after, shared }: Versions, key: readonly string[]): RowDiff {
  const lacking = key.find((name) => shared?.has(name) === false);
  if (lacking !== undefined)
    throw new TableFault(`not both versions have the key's column ${JSON.stringify(lacking)}`);
  const old = ofSide('before', () => new KeyIndex(before, key));
  const now = ofSide('after', () => new KeyIndex(after, key));
  const found = new Samples();
  for (let row = 0; row < before.size; row += 1) {
    const other = now.find(before.key(row, key)!);
    if (other < 0) found.add('removed', () => ({ before: pick(before, before.cells(row), shared, key) }));
    else if (!isSameBytes(before, row, after, other)) {
      const [was, is] = [before.cells(row), after.cells(other)];
      const columns = changedColumns(was, is, shared);
      if (columns.length === 0) continue;
      const told = [...key, ...columns.slice(0, MAX_SAMPLE_COLUMNS)];
      found.add('changed', () => ({
        columns,
        before: pickNames(before, was, told),
        after: pickNames(after, is, told),
      }));
    }
  }
  for (let row = 0; row < after.size; row += 1) {
    if (old.find(after.key(row, key)!) >= 0) continue;
    found.add('added', () => ({ after: pick(after, after.cells(row), shared, key) }));
  }
  return { key, ...found.counts, samples: found.list };
}

/** Rows as wholes: those of one version that the other one has not, as often as it has not. */
function diffBags({ before, after, shared }: Versions): RowDiff {
  const textOf = (table: RowTable) => (row: number) => rowText(table.cells(row), shared);
  const found = new Samples();
  const report = (kind: 'added' | 'removed', table: RowTable, other: RowTable): void => {
    const bag = new RowBag(other.size, textOf(other));
    const text = textOf(table);
    for (let row = 0; row < table.size; row += 1) {
      if (bag.take(text(row))) continue;
      const values = () => pick(table, table.cells(row), shared, []);
      found.add(kind, () => (kind === 'added' ? { after: values() } : { before: values() }));
    }
  };
  report('removed', before, after);
  report('added', after, before);
  return { ...found.counts, samples: found.list };
}

class Samples {
  readonly list: RowChange[] = [];
  readonly counts = { added: 0, removed: 0, changed: 0 };

  add(
    kind: RowChange['kind'],
    tell: () => Omit<RowChange, 'kind' | 'columns'> & { columns?: string[] },
  ): void {
    this.counts[kind] += 1;
    if (this.list.length < MAX_SAMPLES) this.list.push({ kind, columns: [], ...tell() });
  }
}

function isSameBytes(a: RowTable, rowA: number, b: RowTable, rowB: number): boolean {
  const isOneShape = a.columns === undefined || a.columns.join('\0') === b.columns!.join('\0');
  return isOneShape && a.bytes(rowA).equals(b.bytes(rowB));
}

function changedColumns(was: Cells, is: Cells, shared: ReadonlySet<string> | undefined): string[] {
  const names = shared ?? new Set([...was.keys(), ...is.keys()]);
  return [...names].filter((name) => was.get(name)?.value !== is.get(name)?.value);
}

/** Equal for rows with equal values, whatever the order of their columns. */
function rowText(cells: Cells, shared: ReadonlySet<string> | undefined): string {
  const names = [...(shared ?? cells.keys())].sort();
  return joinKey(names.flatMap((name) => [name, cells.get(name)?.value ?? '']));
}

function pick(
  table: RowTable,
  cells: Cells,
  shared: ReadonlySet<string> | undefined,
  key: readonly string[],
): Record<string, string> {
  const names = [...(shared ?? cells.keys())].filter((name) => !key.includes(name));
  return pickNames(table, cells, [...key, ...names.slice(0, MAX_SAMPLE_COLUMNS)]);
}

function pickNames(table: RowTable, cells: Cells, names: readonly string[]): Record<string, string> {
  const present = names.flatMap((name) => {
    const cell = cells.get(name);
    return cell === undefined ? [] : [[name, table.show(cell.value)] as const];
  });
  return Object.fromEntries(present);
}
