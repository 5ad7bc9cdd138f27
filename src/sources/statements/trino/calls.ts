import {
  computation,
  type Computation,
  CONSTANT,
  type Expression,
  type Influence,
} from '../model/expression.js';
import type { Cursor } from './cursor.js';
import { trinoFunction } from './functions.js';

type ReadExpression = (cursor: Cursor) => Expression;

/** Reads a call from its parenthesis on. Source: Trino's SqlBase.g4, `functionCall`. */
export function callAfterName(
  cursor: Cursor,
  path: readonly string[],
  start: number,
  read: ReadExpression,
): Expression {
  const known = trinoFunction(path);
  const name = path.join('.');
  if (!known.isKnown && !(path.length === 1 && cursor.ownFunctions.has(path[0]!)))
    cursor.tell('unknown-function', name, start);
  const { args, isAggregate, sorted } = cursor.inParentheses(() => argumentsOf(cursor, read));
  const influences: Influence[] = sorted.map((by) => ({ by, subtype: 'SORT' }));
  if (name === 'if' && args.length > 1) influences.push({ by: args.shift()!, subtype: 'CONDITIONAL' });
  influences.push(...filterOf(cursor, read));
  if (cursor.isNextAnyOf('IGNORE', 'RESPECT') && cursor.peek(1).text === 'NULLS') cursor.at += 2;
  const as = known.isAggregate || isAggregate ? 'AGGREGATION' : 'TRANSFORMATION';
  return windowed(cursor, { inputs: args, influences, as, isMasking: known.isMasking }, read);
}

function argumentsOf(
  cursor: Cursor,
  read: ReadExpression,
): { args: Expression[]; sorted: Expression[]; isAggregate: boolean } {
  if (cursor.isNext(')')) return { args: [], sorted: [], isAggregate: false };
  if (cursor.accept('*')) return { args: [], sorted: [], isAggregate: true };
  if (cursor.isName() && cursor.peek(1).text === '.' && cursor.peek(2).text === '*') {
    cursor.at += 3; // A label of row patterns.
    return { args: [], sorted: [], isAggregate: true };
  }
  const isDistinct = cursor.accept('DISTINCT');
  if (cursor.isNext('ALL') && cursor.peek(1).text !== ')') cursor.take();
  const args = cursor.listOf(() => {
    if (cursor.isName() && cursor.peek(1).text === '=>') cursor.at += 2;
    return read(cursor);
  });
  const sorted = orderOf(cursor, read);
  return { args, sorted, isAggregate: isDistinct || sorted.length > 0 };
}

/** `FILTER (WHERE …)` */
export function filterOf(cursor: Cursor, read: ReadExpression): Influence[] {
  if (!cursor.isNext('FILTER', '(')) return [];
  cursor.take();
  return cursor.inParentheses(() => {
    cursor.expect('WHERE');
    return [{ by: read(cursor), subtype: 'CONDITIONAL' }];
  });
}

/** `ORDER BY …` if it comes. */
export function orderOf(cursor: Cursor, read: ReadExpression): Expression[] {
  if (!cursor.accept('ORDER', 'BY')) return [];
  return cursor.listOf(() => {
    const key = read(cursor);
    skipDirection(cursor);
    return key;
  });
}

export function skipDirection(cursor: Cursor): void {
  if (cursor.isNextAnyOf('ASC', 'DESC')) cursor.take();
  if (cursor.accept('NULLS')) cursor.take();
}

type CallParts = Pick<Computation, 'inputs' | 'as' | 'isMasking'> & { readonly influences: Influence[] };

/** `measure OVER w`: what a row pattern of the window makes; where the pattern is read, it is told that it is not understood. */
export function measureAfterName(cursor: Cursor, read: ReadExpression): Expression {
  return windowed(cursor, { inputs: [], influences: [], as: 'TRANSFORMATION', isMasking: false }, read);
}

/** Adds what OVER says, if it follows. What a named window is made of comes only after the select list. */
export function windowed(cursor: Cursor, call: CallParts, read: ReadExpression): Expression {
  if (!cursor.accept('OVER')) return computation(call.inputs, call);
  if (cursor.isNext('(')) {
    const named = cursor.inParentheses(() => windowOf(cursor, call.influences, read));
    if (named === undefined) return computation(call.inputs, call);
    cursor.awaitWindow(named, call.influences);
  } else cursor.awaitWindow(cursor.name(), call.influences);
  return { kind: 'computation', ...call };
}

/**
 * Reads a window and adds its keys.
 * @returns the name of the window that it extends
 */
export function windowOf(cursor: Cursor, into: Influence[], read: ReadExpression): string | undefined {
  const isNamed = cursor.isName() && !isWindowWord(cursor);
  const extended = isNamed ? cursor.name() : undefined;
  const keys = cursor.accept('PARTITION', 'BY') ? cursor.listOf(() => read(cursor)) : [];
  keys.push(...orderOf(cursor, read));
  keys.push(...frameOf(cursor, read));
  into.push(...keys.filter((by) => by !== CONSTANT).map((by): Influence => ({ by, subtype: 'WINDOW' })));
  return extended;
}

function isWindowWord(cursor: Cursor): boolean {
  const next = cursor.peek(1).text;
  if (cursor.isNext('PARTITION')) return next === 'BY';
  return cursor.isNextAnyOf('RANGE', 'ROWS', 'GROUPS', 'MEASURES') && next !== ')' && next !== 'PARTITION';
}

const BOUNDS: readonly (readonly string[])[] = [
  ['UNBOUNDED', 'PRECEDING'],
  ['UNBOUNDED', 'FOLLOWING'],
  ['CURRENT', 'ROW'],
];

/** What says how far a frame reaches. Row patterns are passed over and told of: they may compute from any column. */
function frameOf(cursor: Cursor, read: ReadExpression): Expression[] {
  skipPatterns(cursor);
  const distances: Expression[] = [];
  const bound = () => {
    if (BOUNDS.some((words) => cursor.accept(...words))) return;
    distances.push(read(cursor));
    if (!cursor.isNextAnyOf('PRECEDING', 'FOLLOWING')) throw cursor.fault('PRECEDING or FOLLOWING');
    cursor.take();
  };
  if (cursor.isNextAnyOf('RANGE', 'ROWS', 'GROUPS')) {
    cursor.take();
    if (cursor.accept('BETWEEN')) {
      bound();
      cursor.expect('AND');
    }
    bound();
  }
  skipPatterns(cursor);
  return distances;
}

const PATTERN_WORDS = ['MEASURES', 'AFTER', 'INITIAL', 'SEEK', 'PATTERN', 'SUBSET', 'DEFINE'] as const;

function skipPatterns(cursor: Cursor): void {
  const { start } = cursor.peek();
  if (!cursor.isNextAnyOf(...PATTERN_WORDS)) return;
  cursor.tell('unsupported-construct', 'a row pattern in a window', start);
  while (!cursor.isNext(')') && !cursor.isNext('ROWS', 'BETWEEN')) {
    if (cursor.peek().type === 'end') throw cursor.fault(')');
    if (cursor.isNext('(')) cursor.skipParentheses();
    else cursor.take();
  }
}
