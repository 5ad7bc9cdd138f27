import { computation, CONSTANT, type Expression } from '../model/expression.js';
import { callAfterName, measureAfterName } from './calls.js';
import type { Cursor } from './cursor.js';
import { specialFormOf } from './special-forms.js';
import { skipType } from './types.js';

const LOGICAL = ['AND', 'OR'] as const;
const BINARY = ['+', '-', '*', '/', '%', '||'] as const;
const COMPARISONS = ['=', '<>', '!=', '<', '<=', '>', '>='] as const;

/**
 * Reads an expression. Operators of all ranks are gathered into flat lists: which binds first makes no difference to what is taken.
 * Source: Trino's SqlBase.g4, `expression`.
 */
export function expressionOf(cursor: Cursor): Expression {
  return cursor.deeper(() => {
    const operands = [negatedOf(cursor)];
    while (cursor.isNextAnyOf(...LOGICAL)) {
      cursor.take();
      operands.push(negatedOf(cursor));
    }
    return operands.length === 1 ? operands[0]! : computation(operands);
  });
}

function negatedOf(cursor: Cursor): Expression {
  let isNegated = false;
  while (cursor.accept('NOT')) isNegated = true;
  const operand = predicateOf(cursor);
  return isNegated ? computation([operand]) : operand;
}

function predicateOf(cursor: Cursor): Expression {
  const operands = [valueOf(cursor)];
  for (;;) {
    const more = predicateAfter(cursor);
    if (more === undefined) break;
    operands.push(...more);
  }
  return operands.length === 1 ? operands[0]! : computation([...operands, CONSTANT]);
}

/** The operands of a predicate after its first; undefined when none follows. */
function predicateAfter(cursor: Cursor): Expression[] | undefined {
  if (cursor.isNextAnyOf(...COMPARISONS)) {
    cursor.take();
    const isQuantified = cursor.isNextAnyOf('ALL', 'SOME', 'ANY') && cursor.peek(1).text === '(';
    if (isQuantified) cursor.take();
    return [isQuantified ? subqueryOf(cursor) : valueOf(cursor)];
  }
  if (cursor.accept('IS')) {
    cursor.accept('NOT');
    if (cursor.accept('DISTINCT', 'FROM')) return [valueOf(cursor)];
    if (!cursor.accept('NULL') && !cursor.accept('JSON')) throw cursor.fault('NULL or DISTINCT FROM');
    return [computation([])];
  }
  const from = cursor.at;
  cursor.accept('NOT');
  if (cursor.accept('BETWEEN')) {
    const low = valueOf(cursor);
    cursor.expect('AND');
    return [low, valueOf(cursor)];
  }
  if (cursor.accept('LIKE')) {
    const pattern = valueOf(cursor);
    return cursor.accept('ESCAPE') ? [pattern, valueOf(cursor)] : [pattern];
  }
  if (cursor.accept('IN')) {
    const query = cursor.queryInParentheses();
    if (query !== undefined) return [{ kind: 'subquery', query, asks: 'values' }];
    return cursor.inParentheses(() => cursor.listOf(() => expressionOf(cursor)));
  }
  cursor.at = from;
  return undefined;
}

function subqueryOf(cursor: Cursor): Expression {
  const query = cursor.queryInParentheses();
  if (query === undefined) throw cursor.fault('a query in parentheses');
  return { kind: 'subquery', query, asks: 'values' };
}

/** Reads a value, without comparisons and logic. */
export function valueOf(cursor: Cursor): Expression {
  const operands: Expression[] = [];
  let isComputed = false;
  for (;;) {
    while (cursor.isNextAnyOf('+', '-')) {
      cursor.take();
      isComputed = true;
    }
    operands.push(primaryOf(cursor));
    while (cursor.accept('AT', 'TIME', 'ZONE')) operands.push(primaryOf(cursor));
    if (!cursor.isNextAnyOf(...BINARY)) break;
    cursor.take();
  }
  return operands.length === 1 && !isComputed ? operands[0]! : computation(operands);
}

/** A primary expression with the subscripts and fields after it. */
function primaryOf(cursor: Cursor): Expression {
  let value = plainPrimaryOf(cursor);
  for (;;) {
    if (cursor.accept('[')) {
      const index = cursor.deeper(() => valueOf(cursor));
      cursor.expect(']');
      value = computation([value, index]);
    } else if (cursor.isNext('.') && cursor.isName(1)) {
      cursor.take();
      cursor.name();
      value = computation([value]);
    } else return value;
  }
}

function plainPrimaryOf(cursor: Cursor): Expression {
  const { type } = cursor.peek();
  if (type === 'number' || cursor.isNext('?')) {
    cursor.take();
    return CONSTANT;
  }
  if (type === 'string') {
    cursor.take();
    if (cursor.accept('UESCAPE')) cursor.take();
    return CONSTANT;
  }
  if (cursor.isNext('(')) return parenthesesOf(cursor);
  const special = specialFormOf(cursor, expressionOf, valueOf);
  if (special !== undefined) return special;
  return nameOrCallOf(cursor);
}

/** `(x, y) -> …`, `(SELECT …)`, `(a, b)` or `(a)`. */
function parenthesesOf(cursor: Cursor): Expression {
  const parameters = lambdaParameters(cursor);
  if (parameters !== undefined) return { kind: 'lambda', parameters, body: expressionOf(cursor) };
  const query = cursor.queryInParentheses();
  if (query !== undefined) return { kind: 'subquery', query, asks: 'values' };
  const values = cursor.inParentheses(() => cursor.listOf(() => expressionOf(cursor)));
  return values.length === 1 ? values[0]! : computation(values);
}

/** Takes `(a, b) ->`, if that is what comes. */
function lambdaParameters(cursor: Cursor): string[] | undefined {
  let ahead = 1;
  while (cursor.isName(ahead) || (ahead > 1 && cursor.peek(ahead).text === ',')) ahead++;
  if (cursor.peek(ahead).text !== ')' || cursor.peek(ahead + 1).text !== '->') return undefined;
  cursor.expect('(');
  const parameters = cursor.isNext(')') ? [] : cursor.listOf(() => cursor.name());
  cursor.expect(')');
  cursor.expect('->');
  return parameters;
}

function nameOrCallOf(cursor: Cursor): Expression {
  const { start } = cursor.peek();
  if (cursor.isNextAnyOf('RUNNING', 'FINAL') && cursor.isName(1) && cursor.peek(2).text === '(')
    cursor.take();
  if (!cursor.isName()) throw cursor.fault('an expression');
  // DATE '2020-01-01', DOUBLE PRECISION '1', but not an alias: that is no string.
  if (cursor.peek(1).type === 'string' || cursor.isNext('DOUBLE', 'PRECISION')) {
    skipType(cursor);
    if (cursor.peek().type !== 'string') throw cursor.fault('a string');
    cursor.take();
    return CONSTANT;
  }
  if (cursor.peek(1).text === '->' && cursor.peek(1).type === 'symbol') {
    const parameters = [cursor.name()];
    cursor.expect('->');
    return { kind: 'lambda', parameters, body: expressionOf(cursor) };
  }
  const parts = cursor.path();
  if (parts.length === 1 && isMeasure(cursor)) return measureAfterName(cursor, expressionOf);
  if (cursor.isNext('(')) return callAfterName(cursor, parts, start, expressionOf);
  // "$path", "$partition": where a row lies is nothing that others follow from.
  if (parts.at(-1)!.startsWith('$')) return CONSTANT;
  return { kind: 'column', parts, at: start };
}

/** `a OVER w` or `a OVER (…)`, but not an alias of that name. */
function isMeasure(cursor: Cursor): boolean {
  return cursor.isNext('OVER') && (cursor.peek(1).text === '(' || cursor.isName(1));
}
