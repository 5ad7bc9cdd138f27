import { ATTRIBUTES, isAttribute } from './attributes.js';
import type { AttributeType } from './attributes.js';
import type { Clause, Condition, LiteralValue, Operator } from './condition.js';
import { OPERATORS } from './condition.js';
import { parseInstant } from './instant.js';
import { CONDITION_TOKENS, tokenize } from './tokens.js';
import type { Token } from './tokens.js';

/** Longest condition, in characters. */
export const CONDITION_LIMIT = 512;

const OPERATORS_OF: Readonly<Record<AttributeType, readonly Operator[]>> = {
  string: ['==', '!=', 'in'],
  boolean: ['==', '!='],
  number: OPERATORS,
  instant: ['==', '!=', '<', '<=', '>', '>='],
};

/**
 * Parses a `when` column:
 * ```
 * when    = "-" | clause { "&&" clause }
 * clause  = attribute operator literal | attribute "in" "[" literal { literal } "]"
 * literal = true | false | 3 | -1.5 | 2026-12-31T00:00:00Z | word | "quoted words"
 * ```
 * The literal's type must be the attribute's ({@link ATTRIBUTES}), and the operator must exist for it.
 * @returns the condition, or a sentence saying what is wrong
 */
export function parseCondition(source: string): Condition | string {
  if (source === '-') return { source, clauses: [] };
  if (source === '') return 'a condition is "-" when there is none';
  if (source.length > CONDITION_LIMIT) return `a condition has at most ${CONDITION_LIMIT} characters`;
  const tokens = tokenize(source, CONDITION_TOKENS);
  if (typeof tokens === 'string') return tokens;

  const clauses: Clause[] = [];
  let rest = tokens;
  for (;;) {
    const parsed = parseClause(rest);
    if (typeof parsed === 'string') return parsed;
    clauses.push(parsed.clause);
    rest = rest.slice(parsed.length);
    const next = rest[0];
    if (next === undefined) return { source, clauses };
    if (next.type !== '&&') return `expects && or the end, and found "${next.text}"`;
    rest = rest.slice(1);
  }
}

function parseClause(tokens: readonly Token[]): { clause: Clause; length: number } | string {
  const [subject, operatorToken] = tokens;
  if (subject?.type !== 'word') return `expects an attribute, and found ${quote(subject)}`;
  if (!isAttribute(subject.text)) {
    return `"${subject.text}" is not an attribute; there are ${Object.keys(ATTRIBUTES).join(', ')}`;
  }
  const operator = OPERATORS.find((known) => known === operatorToken?.text);
  if (operator === undefined)
    return `expects one of ${OPERATORS.join(' ')} after ${subject.text}, and found ${quote(operatorToken)}`;
  const type = ATTRIBUTES[subject.text];
  if (!OPERATORS_OF[type].includes(operator)) {
    return `${subject.text} is of type ${type}, which has only ${OPERATORS_OF[type].join(' ')}`;
  }

  const literals = operator === 'in' ? listedLiterals(tokens.slice(2)) : tokens.slice(2, 3);
  if (typeof literals === 'string') return literals;
  if (literals.length === 0) return `expects a value of type ${type} after ${subject.text} ${operator}`;
  const values: LiteralValue[] = [];
  for (const literal of literals) {
    const value = literalValue(literal, type);
    if (value === undefined) return `${subject.text} is of type ${type}, and ${quote(literal)} is not`;
    values.push(value);
  }
  const brackets = operator === 'in' ? 2 : 0;
  return { clause: { attribute: subject.text, operator, values }, length: 2 + brackets + literals.length };
}

function listedLiterals(tokens: readonly Token[]): readonly Token[] | string {
  if (tokens[0]?.type !== '[') return `expects [ after in, and found ${quote(tokens[0])}`;
  const end = tokens.findIndex((token) => token.type === ']');
  if (end === -1) return 'expects ] at the end of the list';
  return tokens.slice(1, end);
}

function literalValue(token: Token, type: AttributeType): LiteralValue | undefined {
  if (type === 'instant') return token.type === 'instant' ? parseInstant(token.text) : undefined;
  if (type === 'number') return token.type === 'number' ? Number(token.text) : undefined;
  const isBoolean = token.type === 'word' && (token.text === 'true' || token.text === 'false');
  if (type === 'boolean') return isBoolean ? token.text === 'true' : undefined;
  return token.type === 'quoted' || (token.type === 'word' && !isBoolean) ? token.text : undefined;
}

function quote(token: Token | undefined): string {
  return token === undefined ? 'the end' : `"${token.text}"`;
}
