import type { Alias } from '../model/query.js';
import type { Cursor } from './cursor.js';

/** Words that may be aliases and begin a clause as well: they are aliases if what the clause needs does not follow. */
const CLAUSES: Readonly<Record<string, (next: string, type: string) => boolean>> = {
  LIMIT: (next, type) => type === 'number' || next === '?' || next === 'ALL',
  OFFSET: (next, type) => type === 'number' || next === '?',
  FETCH: (next) => next === 'FIRST' || next === 'NEXT',
  WINDOW: (_, type) => type === 'word' || type === 'name',
  TABLESAMPLE: (next) => next === 'BERNOULLI' || next === 'SYSTEM',
  MATCH_RECOGNIZE: (next) => next === '(',
};

/** Whether a name comes that can only be an alias. */
export function isAlias(cursor: Cursor): boolean {
  const { text, type } = cursor.peek();
  const next = cursor.peek(1);
  const beginsClause = type === 'word' ? CLAUSES[text] : undefined;
  return cursor.isName() && beginsClause?.(next.text, next.type) !== true;
}

/** `AS t (a, b)`: `{alias}` to be spread, or nothing. */
export function aliasOf(cursor: Cursor): { alias?: Alias } {
  if (!cursor.accept('AS') && !isAlias(cursor)) return {};
  const name = cursor.name();
  const columns = cursor.isNext('(') && cursor.isName(1) ? cursor.nameList() : undefined;
  return { alias: { name, ...(columns === undefined ? {} : { columns }) } };
}
