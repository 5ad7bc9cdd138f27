import type { Cell, Cells, RowTable } from './row-table.js';

/** Who wins where both sides changed one thing. */
export interface Choice {
  readonly strategy: 'ours' | 'theirs' | undefined;
  /** Columns in which `strategy` decides every cell: those that one side removed and the other one changed. */
  readonly decided: ReadonlySet<string>;
}

export interface CombinedRow {
  /** Ours in its order, then what only theirs has. */
  readonly cells: Map<string, Cell>;
  readonly conflicts: readonly string[];
  /** Whether the result differs from ours. */
  readonly isChanged: boolean;
}

/** Merges a row column by column. @param base absent when both sides added the row */
export function combine(base: Cells | undefined, ours: Cells, theirs: Cells, choice: Choice): CombinedRow {
  const cells = new Map<string, Cell>();
  const conflicts: string[] = [];
  let isChanged = false;
  for (const name of new Set([...ours.keys(), ...theirs.keys()])) {
    const our = ours.get(name);
    const their = theirs.get(name);
    const was = base?.get(name);
    let cell = our;
    if (choice.decided.has(name)) cell = choice.strategy === 'theirs' ? their : our;
    else if (our?.value !== their?.value) {
      if (was?.value === our?.value) cell = their;
      else if (was?.value !== their?.value) {
        conflicts.push(name);
        if (choice.strategy === 'theirs') cell = their;
      }
    }
    if (cell !== our) isChanged = true;
    if (cell !== undefined) cells.set(name, cell);
  }
  return { cells, conflicts, isChanged };
}

export function sameCells(a: Cells, b: Cells): boolean {
  if (a.size !== b.size) return false;
  for (const [name, cell] of a) if (b.get(name)?.value !== cell.value) return false;
  return true;
}

/**
 * Whether a side left a row as it was. A column that the side gave to the whole table, or took from it, is no change of
 * the row: else a new column would stop every removal on the other side.
 */
export function isUnchanged(base: RowTable, before: Cells, side: RowTable, after: Cells): boolean {
  if (base.columns === undefined || side.columns === undefined) return sameCells(before, after);
  for (const [name, cell] of before) {
    const now = after.get(name);
    if (now !== undefined && now.value !== cell.value) return false;
  }
  return true;
}
