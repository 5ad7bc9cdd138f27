import { computation, CONSTANT, type Expression, type Influence } from '../model/expression.js';
import { filterOf, orderOf, windowed } from './calls.js';
import type { Cursor } from './cursor.js';
import { skipType } from './types.js';

type Read = (cursor: Cursor) => Expression;

const CONSTANTS: ReadonlySet<string> = new Set([
  ...['NULL', 'TRUE', 'FALSE', 'CURRENT_DATE', 'CURRENT_USER', 'CURRENT_CATALOG', 'CURRENT_SCHEMA'],
  ...['CURRENT_PATH', 'CURRENT_TIME', 'CURRENT_TIMESTAMP', 'LOCALTIME', 'LOCALTIMESTAMP'],
]);

/**
 * Reads an expression that has a grammar of its own.
 * @param read any expression @param readValue one without comparisons
 * @returns undefined, with nothing taken, when none comes
 */
export function specialFormOf(cursor: Cursor, read: Read, readValue: Read): Expression | undefined {
  const { type, text } = cursor.peek();
  if (type !== 'word') return undefined;
  if (CONSTANTS.has(text)) {
    cursor.take();
    if (cursor.isNext('(')) cursor.skipParentheses();
    return CONSTANT;
  }
  if (text === 'INTERVAL' && isInterval(cursor)) return intervalOf(cursor);
  if (text === 'CASE') return caseOf(cursor, read);
  if (cursor.peek(1).text === '[' && text === 'ARRAY') return arrayOf(cursor, read);
  const form = cursor.peek(1).text === '(' ? FORMS[text] : undefined;
  if (form === undefined) return undefined;
  cursor.take();
  return form(cursor, read, readValue);
}

function isInterval(cursor: Cursor): boolean {
  const next = cursor.peek(1);
  return next.type === 'string' || (['+', '-'].includes(next.text) && cursor.peek(2).type === 'string');
}

function intervalOf(cursor: Cursor): Expression {
  cursor.take();
  if (cursor.isNextAnyOf('+', '-')) cursor.take();
  cursor.take();
  cursor.name();
  if (cursor.accept('TO')) cursor.name();
  return CONSTANT;
}

function caseOf(cursor: Cursor, read: Read): Expression {
  cursor.expect('CASE');
  const influences: Influence[] = [];
  const condition = () => influences.push({ by: read(cursor), subtype: 'CONDITIONAL' });
  if (!cursor.isNext('WHEN')) condition();
  const results: Expression[] = [];
  while (cursor.accept('WHEN')) {
    condition();
    cursor.expect('THEN');
    results.push(read(cursor));
  }
  if (cursor.accept('ELSE')) results.push(read(cursor));
  cursor.expect('END');
  return computation(results, { influences });
}

function arrayOf(cursor: Cursor, read: Read): Expression {
  cursor.at += 2;
  const elements = cursor.isNext(']') ? [] : cursor.deeper(() => cursor.listOf(() => read(cursor)));
  cursor.expect(']');
  return computation(elements);
}

function castOf(cursor: Cursor, read: Read): Expression {
  return cursor.inParentheses(() => {
    const value = read(cursor);
    cursor.expect('AS');
    skipType(cursor);
    return computation([value]);
  });
}

/** Arguments between words of the form: `trim(BOTH a FROM b)`, `substring(a FROM b FOR c)`, `position(a IN b)`. */
function wordyOf(words: readonly string[]): (cursor: Cursor, read: Read, readValue: Read) => Expression {
  return (cursor, _, readValue) =>
    cursor.inParentheses(() => {
      const values: Expression[] = [];
      while (!cursor.isNext(')')) {
        if (cursor.isNextAnyOf(...words, ',')) cursor.take();
        else values.push(readValue(cursor));
      }
      return computation(values);
    });
}

function extractOf(cursor: Cursor, _: Read, readValue: Read): Expression {
  return cursor.inParentheses(() => {
    cursor.name();
    cursor.expect('FROM');
    return computation([readValue(cursor)]);
  });
}

function normalizeOf(cursor: Cursor, _: Read, readValue: Read): Expression {
  return cursor.inParentheses(() => {
    const value = readValue(cursor);
    if (cursor.accept(',')) cursor.name();
    return computation([value]);
  });
}

function existsOf(cursor: Cursor): Expression {
  const query = cursor.queryInParentheses();
  if (query === undefined) throw cursor.fault('a query in parentheses');
  return computation([{ kind: 'subquery', query, asks: 'exists' }]);
}

function listOfExpressions(cursor: Cursor, read: Read): Expression {
  return computation(
    cursor.inParentheses(() => (cursor.isNext(')') ? [] : cursor.listOf(() => read(cursor)))),
  );
}

/** The columns of a row may be named: `ROW(a AS x)`. */
function rowOf(cursor: Cursor, read: Read): Expression {
  const values = cursor.inParentheses(() =>
    cursor.listOf(() => {
      const value = read(cursor);
      if (cursor.accept('AS') || cursor.isName()) cursor.name();
      return value;
    }),
  );
  return computation(values);
}

function listaggOf(cursor: Cursor, read: Read): Expression {
  const values = cursor.inParentheses(() => {
    if (cursor.isNextAnyOf('DISTINCT', 'ALL')) cursor.take();
    const aggregated = cursor.listOf(() => read(cursor));
    if (cursor.accept('ON', 'OVERFLOW')) skipToParenthesis(cursor);
    return aggregated;
  });
  const influences: Influence[] = [];
  if (cursor.accept('WITHIN', 'GROUP')) {
    const sorted = cursor.inParentheses(() => orderOf(cursor, read));
    influences.push(...sorted.map((by): Influence => ({ by, subtype: 'SORT' })));
  }
  influences.push(...filterOf(cursor, read));
  return windowed(cursor, { inputs: values, influences, as: 'AGGREGATION', isMasking: false }, read);
}

/** `json_value(a, 'path' PASSING b AS "b" … DEFAULT c ON EMPTY …)` */
function jsonPathOf(cursor: Cursor, read: Read): Expression {
  return computation(
    cursor.inParentheses(() => [...jsonInvocation(cursor, read), ...jsonBehaviors(cursor, read)]),
  );
}

/** A document, a path and what is passed to the path. Source: Trino's SqlBase.g4, `jsonPathInvocation`. */
export function jsonInvocation(cursor: Cursor, read: Read): Expression[] {
  const values = [read(cursor)];
  skipFormat(cursor);
  cursor.expect(',');
  if (cursor.peek().type !== 'string') throw cursor.fault('a JSON path');
  cursor.take();
  if (cursor.accept('AS')) cursor.name();
  if (cursor.accept('PASSING')) {
    const passed = cursor.listOf(() => {
      const value = read(cursor);
      skipFormat(cursor);
      cursor.expect('AS');
      cursor.name();
      return value;
    });
    values.push(...passed);
  }
  return values;
}

/** RETURNING, wrappers and quotes take no column; DEFAULT may. */
export function jsonBehaviors(cursor: Cursor, read: Read): Expression[] {
  const values: Expression[] = [];
  while (!cursor.isNext(')') && !cursor.isNext(',')) {
    if (cursor.peek().type === 'end') throw cursor.fault(')');
    if (cursor.accept('DEFAULT')) values.push(read(cursor));
    else if (cursor.isNext('(')) cursor.skipParentheses();
    else cursor.take();
  }
  return values;
}

function skipFormat(cursor: Cursor): void {
  if (!cursor.accept('FORMAT')) return;
  cursor.expect('JSON');
  if (cursor.accept('ENCODING')) cursor.name();
}

function jsonObjectOf(cursor: Cursor, read: Read): Expression {
  const values = cursor.inParentheses(() => {
    const members: Expression[] = [];
    while (!cursor.isNext(')') && !isAfterMembers(cursor)) {
      members.push(read(cursor));
      if (cursor.accept('VALUE') || cursor.accept(':')) members.push(read(cursor));
      skipFormat(cursor);
      if (!cursor.accept(',')) break;
    }
    skipToParenthesis(cursor);
    return members;
  });
  return computation(values);
}

function isAfterMembers(cursor: Cursor): boolean {
  return cursor.isNextAnyOf('ABSENT', 'RETURNING', 'WITH', 'WITHOUT') || cursor.isNext('NULL', 'ON');
}

function skipToParenthesis(cursor: Cursor): void {
  while (!cursor.isNext(')')) {
    if (cursor.peek().type === 'end') throw cursor.fault(')');
    if (cursor.isNext('(')) cursor.skipParentheses();
    else cursor.take();
  }
}

type Form = (cursor: Cursor, read: Read, readValue: Read) => Expression;

const FORMS: Readonly<Record<string, Form>> = {
  CAST: castOf,
  TRY_CAST: castOf,
  EXISTS: existsOf,
  EXTRACT: extractOf,
  TRIM: wordyOf(['LEADING', 'TRAILING', 'BOTH', 'FROM']),
  SUBSTRING: wordyOf(['FROM', 'FOR']),
  POSITION: wordyOf(['IN']),
  NORMALIZE: normalizeOf,
  ROW: rowOf,
  GROUPING: listOfExpressions,
  LISTAGG: listaggOf,
  JSON_VALUE: jsonPathOf,
  JSON_QUERY: jsonPathOf,
  JSON_EXISTS: jsonPathOf,
  JSON_OBJECT: jsonObjectOf,
  JSON_ARRAY: jsonObjectOf,
};
