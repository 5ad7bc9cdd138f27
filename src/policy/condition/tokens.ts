/** A token of a condition. `text` is what was written, without the quotes of a string. */
export interface Token {
  readonly type: 'word' | 'quoted' | 'number' | 'instant' | 'operator' | '&&' | '[' | ']';
  readonly text: string;
}

/**
 * The first token type that fits wins. A quoted string holds no comma, parenthesis, quote or backslash, and is not
 * empty: Casbin's own reader would split or rewrite those.
 */
const TOKENS: readonly (readonly [Token['type'], RegExp])[] = [
  ['instant', /\d{4}-\d{2}-\d{2}T[0-9:.Z+-]*/y],
  ['number', /-?\d+(?:\.\d+)?(?![\w./:-])/y],
  ['word', /[A-Za-z_][\w./:-]*/y],
  ['quoted', /"[^",()\\]+"/y],
  ['operator', /==|!=|<=|>=|<|>/y],
  ['&&', /&&/y],
  ['[', /\[/y],
  [']', /\]/y],
];

/**
 * Cuts a condition into tokens.
 * @returns the tokens, or a sentence saying what is wrong
 */
export function tokenize(source: string): readonly Token[] | string {
  const tokens: Token[] = [];
  let position = 0;
  while (position < source.length) {
    if (source[position] === ' ' || source[position] === '\t') {
      position += 1;
      continue;
    }
    const token = tokenAt(source, position);
    if (token === undefined) return `does not understand "${source.slice(position, position + 20)}"`;
    tokens.push({ type: token.type, text: token.type === 'quoted' ? token.text.slice(1, -1) : token.text });
    position += token.text.length;
  }
  return tokens;
}

function tokenAt(source: string, position: number): Token | undefined {
  for (const [type, pattern] of TOKENS) {
    pattern.lastIndex = position;
    const match = pattern.exec(source);
    if (match !== null) return { type, text: match[0] };
  }
  return undefined;
}
