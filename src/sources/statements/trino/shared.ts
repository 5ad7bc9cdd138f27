import type { TableName } from '../model/query.js';
import type { Statement } from '../model/statement.js';
import type { Cursor } from './cursor.js';

/** A statement and what it is called. */
export interface Titled {
  readonly verb: string;
  readonly statement: Statement;
}

const NONE: Statement = { kind: 'none' };

/** A statement without data, whatever follows its first words. */
export function passOver(cursor: Cursor, verb: string): Titled {
  cursor.skipToEnd();
  return { verb, statement: NONE };
}

/** The name of a table that a statement is about. */
export function tableOf(cursor: Cursor): TableName {
  const { start: at } = cursor.peek();
  const parts = cursor.path();
  if (cursor.accept('@')) cursor.name(); // A branch of the table.
  return { parts, at };
}
