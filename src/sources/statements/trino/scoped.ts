import { blocksOpenedBy } from './blocks.js';
import type { Cursor } from './cursor.js';
import { expressionOf } from './expressions.js';
import { skipType } from './types.js';

/**
 * Passes over WITH FUNCTION and WITH SESSION, whose bodies hold no queries, to the query itself. Calls of the functions that are defined
 * there are calls of what is known. Source: Trino's SqlBase.g4, `queryScoped`.
 */
export function skipScoped(cursor: Cursor): void {
  while (cursor.isNext('WITH', 'FUNCTION') || cursor.isNext('WITH', 'SESSION')) {
    cursor.take();
    cursor.listOf(() => {
      if (cursor.isNext('FUNCTION')) return functionOf(cursor);
      cursor.accept('SESSION');
      cursor.path();
      cursor.expect('=');
      expressionOf(cursor);
    });
  }
}

function functionOf(cursor: Cursor): void {
  cursor.expect('FUNCTION');
  cursor.ownFunctions.add(cursor.path().at(-1)!);
  cursor.skipParentheses();
  cursor.expect('RETURNS');
  skipType(cursor);
  while (skipCharacteristic(cursor));
  if (cursor.accept('RETURN')) expressionOf(cursor);
  else if (cursor.accept('AS')) {
    if (cursor.take().type !== 'string') throw cursor.fault('a string');
  } else skipBlock(cursor);
}

function skipCharacteristic(cursor: Cursor): boolean {
  if (cursor.accept('NOT', 'DETERMINISTIC') || cursor.accept('DETERMINISTIC')) return true;
  if (
    cursor.accept('RETURNS', 'NULL', 'ON', 'NULL', 'INPUT') ||
    cursor.accept('CALLED', 'ON', 'NULL', 'INPUT')
  )
    return true;
  if (cursor.isNext('WITH', '(')) {
    cursor.take();
    cursor.skipParentheses();
    return true;
  }
  if (!cursor.isNextAnyOf('LANGUAGE', 'SECURITY', 'COMMENT')) return false;
  cursor.at += 2;
  return true;
}

/** `BEGIN … END`, `IF … END IF` and the like, to the end that belongs to it. */
function skipBlock(cursor: Cursor): void {
  if (cursor.isName() && cursor.peek(1).text === ':') cursor.at += 2;
  let open = 0;
  do {
    if (cursor.peek().type === 'end') throw cursor.fault('END');
    open += blocksOpenedBy((ahead) => cursor.peek(ahead));
    if (open === 0 && !cursor.isNext('END')) throw cursor.fault('RETURN, AS or BEGIN');
    cursor.take();
  } while (open > 0);
  if (cursor.isNextAnyOf('IF', 'CASE', 'LOOP', 'WHILE', 'REPEAT')) cursor.take();
}
