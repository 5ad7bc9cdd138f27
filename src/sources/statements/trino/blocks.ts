import type { Token } from './tokens.js';

/** Words that open what END closes, in the body of a function. */
const OPENING: ReadonlySet<string> = new Set(['BEGIN', 'CASE', 'LOOP', 'WHILE', 'REPEAT', 'IF']);
/** What stands before a statement, and nowhere else. */
const BEFORE_STATEMENT: ReadonlySet<string> = new Set([';', ':', 'BEGIN', 'DO', 'LOOP', 'REPEAT']);
/** What ends an expression between statements. */
const AFTER_EXPRESSION: ReadonlySet<string> = new Set(['THEN', 'WHEN', 'ELSE', 'END', ';']);

/** Tokens that are looked at beyond one, so that a long text takes no square of its length. */
const MAX_LOOKAHEAD = 500;

/** By how much a token changes how many blocks are open. @param at gives the tokens around it, itself at 0 */
export function blocksOpenedBy(at: (ahead: number) => Token | undefined): -1 | 0 | 1 {
  const { type, text } = at(0)!;
  if (type !== 'word') return 0;
  if (text === 'END') return -1;
  const isAfterEnd = isWord(at(-1), 'END');
  return OPENING.has(text) && !isAfterEnd && !isCallOfIf(at) ? 1 : 0;
}

/** `if(a, b, c)`, where a statement may be `IF (a) … THEN`. */
function isCallOfIf(at: (ahead: number) => Token | undefined): boolean {
  if (!isWord(at(0), 'IF') || at(1)?.text !== '(') return false;
  const before = at(-1)?.text ?? '';
  if (BEFORE_STATEMENT.has(before)) return false;
  if (before !== 'THEN' && before !== 'ELSE') return true;
  for (let ahead = 1, open = 0; ahead < MAX_LOOKAHEAD; ahead++) {
    const { type, text } = at(ahead) ?? { type: 'end', text: '' };
    if (type === 'end') return true;
    if (type === 'symbol' && text === '(') open++;
    if (type === 'symbol' && text === ')') open--;
    if (open === 0 && AFTER_EXPRESSION.has(text) && type !== 'name') return text !== 'THEN';
  }
  return true;
}

function isWord(token: Token | undefined, text: string): boolean {
  return token?.type === 'word' && token.text === text;
}
