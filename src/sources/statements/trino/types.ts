import type { Cursor } from './cursor.js';

/** Passes over a type. @returns its text, in lower case */
export function skipType(cursor: Cursor): string {
  const words = [cursor.name()];
  if (cursor.isNext('(')) words[0] += typeArguments(cursor);
  while (cursor.isNextAnyOf('PRECISION', 'ARRAY') && cursor.peek(1).text !== '(')
    words.push(cursor.take().text.toLowerCase());
  if (cursor.accept('[')) {
    cursor.take();
    cursor.expect(']');
  }
  if (cursor.isNext('<')) skipAngles(cursor);
  for (const zone of [
    ['WITH', 'TIME', 'ZONE'],
    ['WITHOUT', 'TIME', 'ZONE'],
  ])
    if (cursor.accept(...zone)) words.push(zone.join(' ').toLowerCase());
  if (words[0] === 'interval') {
    words.push(cursor.name());
    if (cursor.accept('TO')) words.push('to', cursor.name());
  }
  return words.join(' ');
}

/** Parameters may be numbers, types, or fields of a row: a name and a type. */
function typeArguments(cursor: Cursor): string {
  const parts = cursor.inParentheses(() =>
    cursor.listOf(() => {
      if (cursor.peek().type === 'number') return cursor.take().text;
      const first = skipType(cursor);
      return cursor.isName() ? `${first} ${skipType(cursor)}` : first;
    }),
  );
  return `(${parts.join(', ')})`;
}

function skipAngles(cursor: Cursor): void {
  for (let open = 0; ;) {
    if (cursor.isNext('<')) open++;
    if (cursor.isNext('>')) open--;
    if (cursor.peek().type === 'end') throw cursor.fault('>');
    cursor.take();
    if (open === 0) return;
  }
}
