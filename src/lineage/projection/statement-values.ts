import type { StatedColumn, StatementValue } from './facts.js';

/** What identifies a column of a statement. */
export function keyOfColumn(column: StatedColumn): string {
  const { sourceId, sourceColumn, targetColumn, transformation, subtype, isMasking } = column;
  return JSON.stringify([sourceId, sourceColumn, targetColumn, transformation, subtype, isMasking]);
}

/** Each once, in one order. */
export function inOrder(columns: readonly StatedColumn[]): StatedColumn[] {
  const byKey = new Map(columns.map((column) => [keyOfColumn(column), column]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, column]) => column);
}

/** What one event says twice of one output. */
export function joinStatements(a: StatementValue | undefined, b: StatementValue): StatementValue {
  if (a === undefined) return b;
  return {
    inputIds: a.inputIds && b.inputIds && [...new Set([...a.inputIds, ...b.inputIds])].sort(),
    columns: inOrder([...a.columns, ...b.columns]),
  };
}
