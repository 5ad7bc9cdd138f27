import type { Offset } from '../model/expression.js';

/** A piece of a text. `text` of a word is in upper case, of a quoted name or string what is within the quotes. */
export interface Token {
  readonly type: 'word' | 'name' | 'string' | 'number' | 'symbol' | 'end';
  readonly text: string;
  readonly start: Offset;
  readonly end: Offset;
}

/** A text that breaks the grammar. */
export class SyntaxFault extends Error {
  constructor(
    message: string,
    readonly at: Offset,
  ) {
    super(message);
  }
}

const PATTERNS: readonly (readonly [Token['type'] | 'space', RegExp])[] = [
  ['space', /(?:[\s\ufeff]+|--[^\r\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/)+/y],
  ['string', /(?:[xX]|[uU]&)?'(?:[^']|'')*'|\$\$(?:[^$]|\$[^$])*\$\$/y],
  ['name', /"(?:[^"]|"")*"|`(?:[^`]|``)*`/y],
  [
    'number',
    /0[xX][0-9a-fA-F_]+(?![\w])|0[oO][0-7_]+(?![\w])|0[bB][01_]+(?![\w])|(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w])/y,
  ],
  ['word', /[\p{L}_\d$][\p{L}\p{N}_$]*/uy],
  ['symbol', /->|=>|<>|!=|<=|>=|\|\||[-+*/%<>=(),.;?[\]:{}^|@]/y],
];

/**
 * Cuts a text into tokens, without space and comments; the last one is of type `end`. Runs in time linear in the text.
 * Source: Trino's SqlBase.g4.
 * @throws {SyntaxFault} at a character that begins no token
 */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const found = matchAt(text, at);
    // A comment without an end is no pair of operators: looking for its end at each of many would take the square of the time.
    const isOpen =
      (found?.[0] === 'symbol' && text.startsWith('/*', at)) ||
      (found?.[0] === 'word' && text.startsWith('$$', at));
    if (found === undefined || isOpen) throw faultAt(text, at);
    const [type, end] = found;
    if (type !== 'space') tokens.push({ type, text: valueOf(type, text.slice(at, end)), start: at, end });
    at = end;
  }
  return [...tokens, { type: 'end', text: '', start: at, end: at }];
}

function faultAt(text: string, at: Offset): SyntaxFault {
  const opening = /^(?:['"`]|\/\*|\$\$)/.exec(text.slice(at, at + 2))?.[0];
  if (opening !== undefined) return new SyntaxFault(`what begins with ${opening} has no end`, at);
  return new SyntaxFault(`nothing can begin with ${JSON.stringify(text[at])}`, at);
}

function matchAt(text: string, at: Offset): [Token['type'] | 'space', Offset] | undefined {
  for (const [type, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    if (pattern.test(text)) return [type, pattern.lastIndex];
  }
  return undefined;
}

function valueOf(type: Token['type'], text: string): string {
  if (type === 'word') return text.toUpperCase();
  if (type === 'name') return text.slice(1, -1).replaceAll(text[0]!.repeat(2), text[0]!);
  if (type === 'string' && text.startsWith('$')) return text.slice(2, -2);
  if (type === 'string') return text.slice(text.indexOf("'") + 1, -1).replaceAll("''", "'");
  return text;
}
