type ConditionToken = 'word' | 'quoted' | 'number' | 'instant' | 'operator' | '&&' | '[' | ']';

/** A token of a condition. `text` is what was written, without the quotes of a string. */
export interface Token<Type extends string = ConditionToken> {
  readonly type: Type;
  readonly text: string;
}

/** Types of tokens, each with a sticky pattern; the first one that fits wins. */
export type TokenTable<Type extends string> = readonly (readonly [Type, RegExp])[];

/**
 * A quoted string holds no comma, parenthesis, quote or backslash, and is not empty: Casbin's own reader would split or
 * rewrite those.
 */
export const CONDITION_TOKENS: TokenTable<ConditionToken> = [
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
export function tokenize<Type extends string>(
  source: string,
  table: TokenTable<Type>,
): readonly Token<Type>[] | string {
  const tokens: Token<Type>[] = [];
  let position = 0;
  while (position < source.length) {
    if (source[position] === ' ' || source[position] === '\t') {
      position += 1;
      continue;
    }
    const token = tokenAt(source, position, table);
    if (token === undefined) return `does not understand "${source.slice(position, position + 20)}"`;
    const { type, text } = token;
    tokens.push({ type, text: /^["`]/.test(text) ? text.slice(1, -1) : text });
    position += text.length;
  }
  return tokens;
}

function tokenAt<Type extends string>(
  source: string,
  position: number,
  table: TokenTable<Type>,
): Token<Type> | undefined {
  for (const [type, pattern] of table) {
    pattern.lastIndex = position;
    const match = pattern.exec(source);
    if (match !== null) return { type, text: match[0] };
  }
  return undefined;
}
