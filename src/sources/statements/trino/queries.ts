import { computation, CONSTANT, type Expression, type Influence } from '../model/expression.js';
import {
  type Body,
  type Cte,
  type OutputKey,
  plainQuery,
  type Query,
  type SelectItem,
} from '../model/query.js';
import { isAlias } from './aliases.js';
import { skipDirection, windowOf } from './calls.js';
import type { Cursor } from './cursor.js';
import { expressionOf } from './expressions.js';
import { relationOf } from './relations.js';

/** Reads a query with its WITH. Source: Trino's SqlBase.g4, `query`. */
export function queryOf(cursor: Cursor): Query {
  const ctes: Cte[] = [];
  let isRecursive = false;
  if (cursor.accept('WITH')) {
    isRecursive = cursor.accept('RECURSIVE');
    ctes.push(...cursor.listOf(() => cteOf(cursor)));
  }
  const { ctes: inner, ...query } = withoutWith(cursor);
  return { ...query, ctes: [...ctes, ...inner], isRecursive };
}

function cteOf(cursor: Cursor): Cte {
  const name = cursor.name();
  const columns = cursor.nameList();
  cursor.expect('AS');
  const query = cursor.inParentheses(() => cursor.query());
  return { name, query, ...(columns === undefined ? {} : { columns }) };
}

function withoutWith(cursor: Cursor): Query {
  const query = termOf(cursor);
  const orderBy: OutputKey[] = cursor.accept('ORDER', 'BY') ? cursor.listOf(() => sortKeyOf(cursor)) : [];
  skipLimits(cursor);
  return orderBy.length === 0 ? query : { ...query, orderBy: [...query.orderBy, ...orderBy] };
}

function sortKeyOf(cursor: Cursor): OutputKey {
  const key = keyOf(cursor);
  skipDirection(cursor);
  return key;
}

/** A whole number alone is a place in the output. */
function keyOf(cursor: Cursor): OutputKey {
  const { type, text } = cursor.peek();
  const next = cursor.peek(1);
  const isAlone = next.type === 'end' || [',', ')', ';'].includes(next.text) || next.type === 'word';
  if (type !== 'number' || !/^\d+$/.test(text) || !isAlone) return expressionOf(cursor);
  cursor.take();
  return { kind: 'ordinal', place: Number(text) };
}

function skipLimits(cursor: Cursor): void {
  if (cursor.accept('OFFSET')) {
    cursor.take();
    if (cursor.isNextAnyOf('ROW', 'ROWS')) cursor.take();
  }
  if (cursor.accept('LIMIT')) cursor.take();
  else if (cursor.accept('FETCH')) {
    if (!cursor.isNextAnyOf('FIRST', 'NEXT')) throw cursor.fault('FIRST or NEXT');
    cursor.take();
    if (!cursor.isNextAnyOf('ROW', 'ROWS')) cursor.take();
    cursor.take();
    if (!cursor.accept('ONLY')) cursor.expect('WITH', 'TIES');
  }
}

/** UNION and EXCEPT, from the left; INTERSECT binds first. */
function termOf(cursor: Cursor): Query {
  return setOperations(cursor, { UNION: 'union', EXCEPT: 'except' }, () =>
    setOperations(cursor, { INTERSECT: 'intersect' }, () => primaryOf(cursor)),
  );
}

type SetBody = Body & { kind: 'set' };

/** A chain of the same operation is one with many branches, so that a long one is not deep. */
function setOperations(
  cursor: Cursor,
  operations: Readonly<Record<string, SetBody['operation']>>,
  operand: () => Query,
): Query {
  let left = operand();
  let branches: Query[] = [left];
  let last: Pick<SetBody, 'operation' | 'isByName' | 'at'> | undefined;
  const close = () => {
    if (last !== undefined) left = plainQuery({ kind: 'set', branches, ...last });
  };
  for (;;) {
    const { start: at, text } = cursor.peek();
    const operation = cursor.isNextAnyOf(...Object.keys(operations)) ? operations[text] : undefined;
    if (operation === undefined) break;
    cursor.take();
    if (cursor.isNextAnyOf('ALL', 'DISTINCT')) cursor.take();
    const isByName = cursor.accept('CORRESPONDING');
    if (last?.operation !== operation || last.isByName !== isByName) {
      close();
      branches = [left];
    }
    last = { operation, isByName, at };
    branches.push(operand());
  }
  close();
  return left;
}

function primaryOf(cursor: Cursor): Query {
  if (cursor.isNext('(')) return cursor.inParentheses(() => cursor.query());
  if (cursor.accept('VALUES')) return plainQuery(valuesOf(cursor));
  if (cursor.accept('TABLE')) {
    const { start: at } = cursor.peek();
    const table = { parts: cursor.path(), at };
    return plainQuery({
      kind: 'select',
      items: [{ kind: 'star', at }],
      from: [{ kind: 'table', table }],
      groupBy: [],
      distinctOn: [],
    });
  }
  return selectOf(cursor);
}

function valuesOf(cursor: Cursor): Body {
  const rows = cursor.listOf(() => {
    const from = cursor.at;
    if (cursor.isNext('ROW', '(')) cursor.take();
    if (!cursor.isNext('(') || cursor.queryInParentheses() !== undefined) {
      cursor.at = from;
      return [expressionOf(cursor)];
    }
    const row = cursor.inParentheses(() => cursor.listOf(() => expressionOf(cursor)));
    if (cursor.isNext(',') || cursor.isNext(')') || endsOperand(cursor)) return row;
    cursor.at = from; // The parentheses were a part of an expression.
    return [expressionOf(cursor)];
  });
  return { kind: 'values', rows: onlyTelling(rows), names: (index) => `_col${index}` };
}

/** Whether what comes can neither be an operator nor a part of a value. */
function endsOperand(cursor: Cursor): boolean {
  const { type, text } = cursor.peek();
  return (
    type === 'end' || text === ';' || (type === 'word' && !['AND', 'OR', 'IS', 'IN', 'AT'].includes(text))
  );
}

/** Rows of literals say nothing; of many one is kept for the number of columns. */
function onlyTelling(rows: readonly Expression[][]): Expression[][] {
  const [first, ...others] = rows;
  return first === undefined
    ? []
    : [first, ...others.filter((row) => row.some((value) => value !== CONSTANT))];
}

function selectOf(cursor: Cursor): Query {
  cursor.expect('SELECT');
  return cursor.withWindows(() => {
    if (cursor.isNext('DISTINCT') || (cursor.isNext('ALL') && cursor.peek(1).text !== ',')) cursor.take();
    const items = cursor.listOf(() => itemOf(cursor));
    const from = cursor.accept('FROM') ? cursor.listOf(() => relationOf(cursor)) : [];
    const where = cursor.accept('WHERE') ? expressionOf(cursor) : undefined;
    const groupBy = cursor.accept('GROUP', 'BY') ? groupKeysOf(cursor, items) : [];
    const having = cursor.accept('HAVING') ? expressionOf(cursor) : undefined;
    const windows = windowsOf(cursor);
    const body: Body = {
      ...{ kind: 'select', items, from, groupBy, distinctOn: [] },
      windows: [...windows.values()].flatMap((keys) => keys.map(({ by }) => by)),
      ...(where === undefined ? {} : { where }),
      ...(having === undefined ? {} : { having }),
    };
    return { value: plainQuery(body), windows };
  });
}

function windowsOf(cursor: Cursor): Map<string, Influence[]> {
  const windows = new Map<string, Influence[]>();
  if (!(cursor.isNext('WINDOW') && cursor.isName(1) && cursor.peek(2).text === 'AS')) return windows;
  cursor.take();
  cursor.listOf(() => {
    const name = cursor.name();
    cursor.expect('AS');
    const keys: Influence[] = [];
    const extended = cursor.inParentheses(() => windowOf(cursor, keys, expressionOf));
    windows.set(name, [...((extended === undefined ? undefined : windows.get(extended)) ?? []), ...keys]);
  });
  return windows;
}

function itemOf(cursor: Cursor): SelectItem {
  const { start: at } = cursor.peek();
  if (cursor.accept('*')) return { kind: 'star', at };
  const qualifier = qualifierOfStar(cursor);
  if (qualifier !== undefined) {
    const columns = cursor.accept('AS') ? cursor.nameList() : undefined;
    return { kind: 'star', qualifier, at, ...(columns === undefined ? {} : { columns }) };
  }
  const from = cursor.at;
  const value = expressionOf(cursor);
  if (cursor.isNext('.', '*')) return expandedRow(cursor, value, at);
  const natural = naturalName(cursor, from, value);
  const name = cursor.accept('AS') || isAlias(cursor) ? cursor.name() : natural;
  return { kind: 'value', value, name };
}

/** Takes `a.b.*` if that comes. */
function qualifierOfStar(cursor: Cursor): string[] | undefined {
  let ahead = 0;
  while (cursor.isName(ahead) && cursor.peek(ahead + 1).text === '.') ahead += 2;
  if (ahead === 0 || cursor.peek(ahead).text !== '*' || cursor.peek(ahead).type !== 'symbol')
    return undefined;
  const qualifier = cursor.path();
  cursor.expect('.', '*');
  return qualifier;
}

/** `CAST(a AS ROW(…)).*`: which columns it gives, only its type could tell. */
function expandedRow(cursor: Cursor, value: Expression, at: number): SelectItem {
  cursor.expect('.', '*');
  const columns = cursor.accept('AS') ? cursor.nameList() : undefined;
  cursor.tell('unknown-columns', columns === undefined ? 'a row' : columns.join(', '), at);
  return { kind: 'value', value: computation([value]), name: columns?.[0] };
}

/** A column and a field are called as they are; nothing else has a name of its own. */
function naturalName(cursor: Cursor, from: number, value: Expression): string | undefined {
  if (value.kind === 'column') return value.parts.at(-1);
  const last = cursor.peek(-1);
  const isField =
    cursor.at - from > 2 && cursor.peek(-2).text === '.' && (last.type === 'word' || last.type === 'name');
  return isField && value.kind === 'computation' && value.inputs.length === 1
    ? last.text.toLowerCase()
    : undefined;
}

function groupKeysOf(cursor: Cursor, items: readonly SelectItem[]): OutputKey[] {
  if (cursor.isNext('AUTO') && endsKeys(cursor)) {
    cursor.take();
    return items.flatMap((item) => (item.kind === 'value' && !aggregates(item.value) ? [item.value] : []));
  }
  if (cursor.isNext('DISTINCT') || (cursor.isNext('ALL') && beginsKey(cursor))) cursor.take();
  return cursor.listOf(() => groupKeyOf(cursor)).flat();
}

/** Words that can follow GROUP BY. */
const AFTER_KEYS: ReadonlySet<string> = new Set(
  ') ; HAVING WINDOW ORDER OFFSET LIMIT FETCH UNION INTERSECT EXCEPT WITH'.split(' '),
);

function aggregates(value: Expression): boolean {
  return value.kind === 'computation' && (value.as === 'AGGREGATION' || value.inputs.some(aggregates));
}

/** Whether AUTO is no column of many, but says that all of the select list that is no aggregate groups. */
function endsKeys(cursor: Cursor): boolean {
  const { text, type } = cursor.peek(1);
  return type === 'end' || (type !== 'name' && AFTER_KEYS.has(text));
}

/** Whether ALL is no column: a key follows it. */
function beginsKey(cursor: Cursor): boolean {
  const { text, type } = cursor.peek(1);
  return (
    cursor.isName(1) ||
    type === 'number' ||
    ['(', 'ROLLUP', 'CUBE', 'GROUPING', 'CASE', 'CAST'].includes(text)
  );
}

function groupKeyOf(cursor: Cursor): OutputKey[] {
  const isSets = cursor.isNext('GROUPING', 'SETS');
  if (isSets || cursor.isNextAnyOf('ROLLUP', 'CUBE')) {
    cursor.at += isSets ? 2 : 1;
    return cursor.inParentheses(() =>
      cursor.isNext(')') ? [] : cursor.listOf(() => groupKeyOf(cursor)).flat(),
    );
  }
  if (cursor.isNext('(', ')')) {
    cursor.at += 2;
    return [];
  }
  return keysInParentheses(cursor) ?? [keyOf(cursor)];
}

/** `(a, 2)`: the keys of one grouping set; undefined, with nothing taken, where the parentheses are a part of an expression. */
function keysInParentheses(cursor: Cursor): OutputKey[] | undefined {
  const from = cursor.at;
  if (!cursor.isNext('(') || cursor.queryInParentheses() !== undefined) {
    cursor.at = from;
    return undefined;
  }
  const keys = cursor.inParentheses(() => cursor.listOf(() => keyOf(cursor)));
  if (cursor.isNext(',') || cursor.isNext(')') || endsOperand(cursor)) return keys;
  cursor.at = from;
  return undefined;
}
