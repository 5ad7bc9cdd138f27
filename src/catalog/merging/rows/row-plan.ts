import type { RowConflict } from '../../versions/index.js';
import { combine, isUnchanged, sameCells, type Choice } from './cells.js';
import { KeyIndex } from './key-index.js';
import { ofSide, type Cell, type Cells, type RowTable } from './row-table.js';

/** Whose side a conflicting row takes; without one it is reported. */
export type RowStrategy = 'ours' | 'theirs';

/** Conflicts that are told one by one. */
export const MAX_CONFLICTS = 100;

export const KEEP = -1;
export const DROP = -2;

/** What becomes of the rows of ours, and which of theirs come behind them. */
export interface RowPlan {
  /** For each row of ours {@link KEEP}, {@link DROP}, or the row of theirs that it is joined with. */
  readonly actions: Int32Array;
  /** For each row of ours its row in the base, or -1. */
  readonly origins: Int32Array;
  /** Rows of theirs, in their order. */
  readonly appended: readonly number[];
  readonly conflicts: readonly RowConflict[];
  readonly conflictCount: number;
  /** Columns in which rows conflict. */
  readonly conflictColumns: ReadonlySet<string>;
  /** Rows that theirs brought: changed, added, removed. */
  readonly taken: number;
}

export interface ThreeTables {
  /** Absent when both sides added the file. */
  readonly base: RowTable | undefined;
  readonly ours: RowTable;
  readonly theirs: RowTable;
}

/**
 * Decides row by row, found by key. A column that one side alone changed has that side's value, also where the other side
 * changed other columns of the row.
 * @param choice whose value conflicting cells and rows take
 * @throws {TableFault} a key is missing or comes twice; the message begins with the side
 */
export function planRows(tables: ThreeTables, key: readonly string[], choice: Choice): RowPlan {
  const { base, ours, theirs } = tables;
  const baseIndex = base && ofSide('base', () => new KeyIndex(base, key));
  const ourIndex = ofSide('ours', () => new KeyIndex(ours, key));
  const theirIndex = ofSide('theirs', () => new KeyIndex(theirs, key));
  const actions = new Int32Array(ours.size).fill(KEEP);
  const origins = new Int32Array(ours.size).fill(-1);
  const appended: number[] = [];
  const found = new Conflicts(tables, key);
  let taken = 0;
  for (let row = 0; row < ours.size; row += 1) {
    const id = ours.key(row, key)!;
    const origin = baseIndex?.find(id) ?? -1;
    const other = theirIndex.find(id);
    origins[row] = origin;
    if (other >= 0) {
      if (isSameRow(ours, row, theirs, other)) continue;
      const was = origin < 0 ? undefined : base!.cells(origin);
      const joined = combine(was, ours.cells(row), theirs.cells(other), choice);
      if (joined.conflicts.length > 0) found.add(joined.conflicts, origin, row, other);
      if (joined.isChanged) {
        actions[row] = other;
        taken += 1;
      }
    } else if (origin >= 0) {
      if (isUnchanged(base!, base!.cells(origin), ours, ours.cells(row))) {
        actions[row] = DROP;
        taken += 1;
      } else {
        found.add([], origin, row, -1);
        if (choice.strategy === 'theirs') actions[row] = DROP;
      }
    }
  }
  for (let row = 0; row < theirs.size; row += 1) {
    const id = theirs.key(row, key)!;
    if (ourIndex.find(id) >= 0) continue;
    const origin = baseIndex?.find(id) ?? -1;
    if (origin < 0) appended.push(row);
    else if (!isUnchanged(base!, base!.cells(origin), theirs, theirs.cells(row))) {
      found.add([], origin, -1, row);
      if (choice.strategy === 'theirs') appended.push(row);
    }
  }
  return {
    ...{ actions, origins, appended, taken: taken + appended.length },
    ...{ conflicts: found.list, conflictCount: found.count, conflictColumns: found.columns },
  };
}

function isSameRow(a: RowTable, rowA: number, b: RowTable, rowB: number): boolean {
  const isOneShape = a.columns === undefined || sameNames(a.columns, b.columns);
  if (isOneShape && a.bytes(rowA).equals(b.bytes(rowB))) return true;
  return sameCells(a.cells(rowA), b.cells(rowB));
}

function sameNames(a: readonly string[], b: readonly string[] | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((name, i) => name === b[i]);
}

/** Gathers conflicts within a bound. */
class Conflicts {
  readonly list: RowConflict[] = [];
  readonly columns = new Set<string>();
  count = 0;

  constructor(
    private readonly tables: ThreeTables,
    private readonly key: readonly string[],
  ) {}

  add(columns: readonly string[], base: number, ours: number, theirs: number): void {
    this.count += 1;
    for (const name of columns) this.columns.add(name);
    if (this.list.length >= MAX_CONFLICTS) return;
    const { tables } = this;
    const side = ours >= 0 ? tables.ours : tables.theirs;
    const cells = side.cells(ours >= 0 ? ours : theirs);
    const shown = (table: RowTable | undefined, row: number) =>
      table === undefined || row < 0 ? undefined : pick(table, table.cells(row), columns);
    this.list.push({
      key: pick(side, cells, this.key),
      columns,
      base: shown(tables.base, base),
      ours: shown(tables.ours, ours),
      theirs: shown(tables.theirs, theirs),
    });
  }
}

/** @param columns all when empty */
function pick(table: RowTable, cells: Cells, columns: readonly string[]): Record<string, string> {
  const names = columns.length > 0 ? columns : [...cells.keys()].slice(0, 50);
  const present = names.flatMap((name): [string, Cell][] => {
    const cell = cells.get(name);
    return cell === undefined ? [] : [[name, cell]];
  });
  return Object.fromEntries(present.map(([name, cell]) => [name, table.show(cell.value)]));
}
