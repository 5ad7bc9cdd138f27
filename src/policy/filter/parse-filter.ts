import { ATTRIBUTES, isAttribute, type AttributeType } from '../condition/attributes.js';
import { type LiteralValue, type Operator, OPERATORS } from '../condition/condition.js';
import { parseInstant } from '../condition/instant.js';
import { CONDITION_TOKENS, type Token, tokenize } from '../condition/tokens.js';
import type { ColumnType, FilterAttribute, Operand, RowFilter } from './filter.js';
import { filterText } from './filter-text.js';

/** Longest filter, in characters. */
export const FILTER_LIMIT = 1024;
/** Brackets within brackets, at most. */
const MAX_DEPTH = 8;
/** Numbers are compared as doubles: longer literals would not be what they say. */
const MAX_DIGITS = 15;

const TOKENS = [
  ['time', /\d{4}-\d{2}-\d{2}(?![\dT])/y],
  ['column', /`[^`",()\\]+`/y],
  ['attribute', /\$[a-z]+/y],
  ['||', /\|\|/y],
  ['(', /\(/y],
  [')', /\)/y],
  ...CONDITION_TOKENS,
] as const;
type FilterToken = Token<(typeof TOKENS)[number][0]>;
type Node = RowFilter['root'];

const TYPE_OF: Readonly<Record<AttributeType, ColumnType>> = {
  string: 'text',
  number: 'number',
  boolean: 'boolean',
  instant: 'time',
};
const ORDERED: ReadonlySet<ColumnType> = new Set(['number', 'time']);

/**
 * Parses a `filter` column:
 * ```
 * filter   = conjunct { "||" conjunct }
 * conjunct = part { "&&" part }
 * part     = "(" filter ")" | column "is" ["not"] "null" | column operator operand | column "in" "[" operand { operand } "]"
 * column   = word | "`" any name "`"
 * operand  = true | false | 3 | -1.5 | 2026-12-31 | 2026-12-31T00:00:00Z | word | "quoted words" | "$" attribute
 * ```
 * The operands say of which type the column must be; texts and booleans know only `==`, `!=` and (texts) `in`.
 * @returns the filter, or a sentence saying what is wrong
 */
export function parseFilter(source: string): RowFilter | string {
  if (source.length > FILTER_LIMIT) return `a filter has at most ${FILTER_LIMIT} characters`;
  const tokens = tokenize<FilterToken['type']>(source, TOKENS);
  if (typeof tokens === 'string') return tokens;
  try {
    const root = new FilterParser(tokens).parse();
    return { source: filterText(root), root };
  } catch (error) {
    if (error instanceof FilterFault) return error.message;
    throw error;
  }
}

class FilterFault extends Error {}

class FilterParser {
  private at = 0;

  constructor(private readonly tokens: readonly FilterToken[]) {}

  parse(): Node {
    const root = this.any(0);
    if (this.at < this.tokens.length)
      throw new FilterFault(`expects &&, || or the end, and found ${this.quote()}`);
    return root;
  }

  private any(depth: number): Node {
    return this.joined('or', '||', () => this.joined('and', '&&', () => this.part(depth)));
  }

  private joined(kind: 'and' | 'or', separator: '&&' | '||', next: () => Node): Node {
    const parts = [next()];
    while (this.takes(separator)) parts.push(next());
    return parts.length === 1 ? parts[0]! : { kind, parts };
  }

  private part(depth: number): Node {
    if (!this.takes('(')) return this.comparison();
    if (depth === MAX_DEPTH) throw new FilterFault(`has more than ${MAX_DEPTH} brackets within each other`);
    const inner = this.any(depth + 1);
    if (!this.takes(')')) throw new FilterFault(`expects ), and found ${this.quote()}`);
    return inner;
  }

  private comparison(): Node {
    const token = this.tokens[this.at];
    if (token?.type !== 'word' && token?.type !== 'column')
      throw new FilterFault(`expects a column, and found ${this.quote()}`);
    const column = token.text;
    this.at += 1;
    if (this.takesWord('is')) {
      const isNull = !this.takesWord('not');
      if (!this.takesWord('null')) throw new FilterFault(`expects null after is, and found ${this.quote()}`);
      return { kind: 'null', column, isNull };
    }
    const operator = OPERATORS.find((known) => known === this.tokens[this.at]?.text);
    if (operator === undefined)
      throw new FilterFault(`expects is, ${OPERATORS.join(' ')} after ${column}, and found ${this.quote()}`);
    this.at += 1;
    const found = operator === 'in' ? this.list() : [this.operand()];
    const [{ type }, ...others] = found as [TypedOperand, ...TypedOperand[]];
    if (others.some((other) => other.type !== type))
      throw new FilterFault(`compares ${column} with values of different types`);
    checkOperator(column, operator, type);
    return { kind: 'compare', column, type, operator, operands: found.map(({ operand }) => operand) };
  }

  private list(): readonly TypedOperand[] {
    if (!this.takes('[')) throw new FilterFault(`expects [ after in, and found ${this.quote()}`);
    const found = [this.operand()];
    while (!this.takes(']')) found.push(this.operand());
    return found;
  }

  private operand(): TypedOperand {
    const token = this.tokens[this.at];
    const found = token && operandOf(token);
    if (found === undefined) throw new FilterFault(`expects a value, and found ${this.quote()}`);
    this.at += 1;
    return found;
  }

  private takes(type: FilterToken['type']): boolean {
    const isThere = this.tokens[this.at]?.type === type;
    if (isThere) this.at += 1;
    return isThere;
  }

  private takesWord(text: string): boolean {
    const token = this.tokens[this.at];
    const isThere = token?.type === 'word' && token.text === text;
    if (isThere) this.at += 1;
    return isThere;
  }

  private quote(): string {
    const token = this.tokens[this.at];
    return token === undefined ? 'the end' : `"${token.text}"`;
  }
}

interface TypedOperand {
  readonly type: ColumnType;
  readonly operand: Operand;
}

function operandOf({ type, text }: FilterToken): TypedOperand | undefined {
  const literal = (of: ColumnType, value: LiteralValue): TypedOperand => ({ type: of, operand: { value } });
  switch (type) {
    case 'attribute':
      return attributeOf(text.slice(1));
    case 'number':
      if (text.replace(/\D/g, '').length > MAX_DIGITS)
        throw new FilterFault(`a number has at most ${MAX_DIGITS} digits, not "${text}"`);
      return literal('number', Number(text));
    case 'time':
    case 'instant': {
      const value = parseInstant(type === 'time' ? `${text}T00:00:00Z` : text);
      if (value === undefined) throw new FilterFault(`"${text}" is no such date or instant`);
      return literal('time', value);
    }
    case 'quoted':
      return literal('text', text);
    case 'word':
      return text === 'true' || text === 'false'
        ? literal('boolean', text === 'true')
        : literal('text', text);
    default:
      return undefined;
  }
}

function attributeOf(name: string): TypedOperand {
  if (name === 'subject') return { type: 'text', operand: { attribute: name } };
  if (!isAttribute(name) || name === 'now') {
    const known = Object.keys(ATTRIBUTES).filter((each) => each !== 'now');
    throw new FilterFault(`"$${name}" is not known; there are $subject, $${known.join(', $')}`);
  }
  const attribute: FilterAttribute = name;
  return { type: TYPE_OF[ATTRIBUTES[name]], operand: { attribute } };
}

function checkOperator(column: string, operator: Operator, type: ColumnType): void {
  const isFit =
    operator === '==' || operator === '!=' || (operator === 'in' ? type !== 'boolean' : ORDERED.has(type));
  if (!isFit) throw new FilterFault(`compares ${column} as a ${type}, which has no ${operator}`);
}
