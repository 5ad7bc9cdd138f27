import { computation, CONSTANT, type Expression } from '../model/expression.js';
import type { Alias, FunctionRelation, JoinRelation, Relation } from '../model/query.js';
import { aliasOf } from './aliases.js';
import { skipDirection } from './calls.js';
import type { Cursor } from './cursor.js';
import { expressionOf } from './expressions.js';
import { jsonBehaviors, jsonInvocation } from './special-forms.js';
import { skipType } from './types.js';

/** Reads a relation with the joins after it. Source: Trino's SqlBase.g4, `relation`. */
export function relationOf(cursor: Cursor): Relation {
  let left = cursor.deeper(() => sampledOf(cursor));
  for (;;) {
    const join = joinAfter(cursor, left);
    if (join === undefined) return left;
    left = join;
  }
}

const TYPES: Readonly<Record<string, JoinRelation['type']>> = {
  INNER: 'inner',
  LEFT: 'left',
  RIGHT: 'right',
  FULL: 'full',
};

function joinAfter(cursor: Cursor, left: Relation): Relation | undefined {
  const { start: at } = cursor.peek();
  if (cursor.accept('CROSS', 'JOIN'))
    return { kind: 'join', type: 'cross', left, right: sampledOf(cursor), isNatural: false, at };
  const isNatural = cursor.accept('NATURAL');
  const type = TYPES[cursor.peek().text];
  if (type !== undefined && cursor.peek().type === 'word') cursor.take();
  if (type !== undefined) cursor.accept('OUTER');
  if (!cursor.accept('JOIN')) {
    if (isNatural || type !== undefined) throw cursor.fault('JOIN');
    return undefined;
  }
  const join = { kind: 'join', type: type ?? 'inner', left, isNatural, at } as const;
  if (isNatural) return { ...join, right: sampledOf(cursor) };
  // `a JOIN b JOIN c ON … ON …`: the condition of the outer join comes last.
  let right = sampledOf(cursor);
  while (!cursor.isNextAnyOf('ON', 'USING')) {
    const inner = cursor.deeper(() => joinAfter(cursor, right));
    if (inner === undefined) throw cursor.fault('ON or USING');
    right = inner;
  }
  if (cursor.accept('ON')) return { ...join, right, on: expressionOf(cursor) };
  cursor.expect('USING');
  return { ...join, right, using: cursor.nameList() ?? [] };
}

function sampledOf(cursor: Cursor): Relation {
  const relation = withPatterns(cursor, aliasedOf(cursor));
  if (cursor.isNext('TABLESAMPLE')) {
    cursor.take();
    cursor.name();
    cursor.skipParentheses(); // A constant.
  }
  return relation;
}

/** MATCH_RECOGNIZE: what its measures take depends on which rows match. */
function withPatterns(cursor: Cursor, input: Relation): Relation {
  const { start } = cursor.peek();
  if (!cursor.isNext('MATCH_RECOGNIZE', '(')) return input;
  cursor.take();
  cursor.skipParentheses();
  cursor.tell('unsupported-construct', 'MATCH_RECOGNIZE', start);
  return { kind: 'opaque', input, reads: [], label: 'MATCH_RECOGNIZE', ...aliasOf(cursor) };
}

function aliasedOf(cursor: Cursor): Relation {
  const relation = primaryOf(cursor);
  const { alias } = aliasOf(cursor);
  if (alias === undefined) return relation;
  return relation.kind === 'join' ? aliasedJoin(relation, alias) : { ...relation, alias };
}

function aliasedJoin(join: JoinRelation, alias: Alias): Relation {
  return { ...join, alias };
}

function primaryOf(cursor: Cursor): Relation {
  const { start: at } = cursor.peek();
  if (cursor.isNext('(')) {
    const query = cursor.queryInParentheses();
    if (query !== undefined) return { kind: 'derived', query, isLateral: false };
    return cursor.inParentheses(() => relationOf(cursor));
  }
  if (cursor.isNext('UNNEST', '(')) return unnestOf(cursor);
  if (cursor.isNext('LATERAL', '(')) {
    cursor.take();
    return { kind: 'derived', query: cursor.inParentheses(() => cursor.query()), isLateral: true };
  }
  if (cursor.isNext('TABLE', '(')) {
    cursor.take();
    return cursor.inParentheses(() => tableFunctionOf(cursor));
  }
  if (cursor.isNext('JSON_TABLE', '(')) return jsonTableOf(cursor);
  const table = { parts: cursor.path(), at };
  if (cursor.accept('@')) cursor.name(); // A branch of the table.
  if (cursor.isNext('FOR', 'TIMESTAMP') || cursor.isNext('FOR', 'VERSION')) {
    cursor.at += 2;
    cursor.expect('AS', 'OF');
    expressionOf(cursor);
  }
  return { kind: 'table', table };
}

/**
 * The columns of UNNEST: one for an array, two for a map, those of the row for an array of rows. Types are not known, so that they are
 * told only where the alias names one for each argument, or where there is one argument.
 */
function unnestOf(cursor: Cursor): Relation {
  const { start } = cursor.peek();
  cursor.take();
  const values = cursor.inParentheses(() => cursor.listOf(() => expressionOf(cursor)));
  const hasOrdinality = cursor.accept('WITH', 'ORDINALITY');
  const { alias } = aliasOf(cursor);
  const named = alias === undefined ? {} : { alias: { name: alias.name } };
  const names = alias?.columns;
  if (names === undefined) {
    if (values.length > 1 || hasOrdinality) cursor.tell('unknown-columns', 'UNNEST', start);
    return { kind: 'opaque', value: computation(values), reads: [], label: 'UNNEST', ...named };
  }
  const ofValues = hasOrdinality ? names.slice(0, -1) : names;
  if (values.length > 1 && values.length !== ofValues.length) {
    cursor.tell('unknown-columns', 'UNNEST', start);
    return { kind: 'opaque', reads: values, label: 'UNNEST', ...(alias === undefined ? {} : { alias }) };
  }
  const columns = ofValues.map((name, i) => ({ name, value: computation([values[i] ?? values[0]!]) }));
  const ordinality = hasOrdinality && names.length > 0 ? { ordinality: names.at(-1)! } : {};
  return { kind: 'function', columns, reads: values, ...ordinality, ...named };
}

/** `f(input => TABLE(t) PARTITION BY a, n => 1)`: tables are read; what becomes of them is the function's. */
function tableFunctionOf(cursor: Cursor): Relation {
  const { start } = cursor.peek();
  const path = cursor.path();
  const name = path.join('.');
  const inputs: Relation[] = [];
  const reads: Expression[] = [];
  cursor.inParentheses(() => {
    while (!cursor.isNext(')')) {
      if (cursor.isName() && cursor.peek(1).text === '=>') cursor.at += 2;
      if (cursor.isNext('TABLE', '(')) inputs.push(tableArgument(cursor));
      else if (cursor.isNext('DESCRIPTOR', '(')) {
        cursor.take();
        cursor.skipParentheses();
      } else reads.push(expressionOf(cursor));
      if (!cursor.accept(',')) break;
    }
    if (cursor.accept('COPARTITION')) cursor.listOf(() => cursor.skipParentheses());
  });
  if (name === 'sequence')
    return { kind: 'function', columns: [{ name: 'sequential_number', value: CONSTANT }], reads };
  const isQuery = path.at(-1) === 'query' || path.at(-1) === 'raw_query';
  cursor.tell(isQuery ? 'dynamic-sql' : 'unknown-function', name, start);
  const input = inputs.reduce<Relation | undefined>(
    (left, right) =>
      left === undefined ? right : { kind: 'join', type: 'cross', left, right, isNatural: false, at: start },
    undefined,
  );
  return { kind: 'opaque', reads, label: name, ...(input === undefined ? {} : { input }) };
}

function tableArgument(cursor: Cursor): Relation {
  cursor.take();
  const query = cursor.queryInParentheses();
  const { start: at } = cursor.peek(1);
  const relation: Relation =
    query === undefined
      ? { kind: 'table', table: { parts: cursor.inParentheses(() => cursor.path()), at } }
      : { kind: 'derived', query, isLateral: false };
  const isAliased = cursor.isName() && !cursor.isNextAnyOf('PARTITION', 'PRUNE', 'KEEP', 'COPARTITION');
  const alias = cursor.isNext('AS') || isAliased ? aliasOf(cursor) : {};
  if (cursor.accept('PARTITION', 'BY') && !cursor.accept('(', ')')) expressionOf(cursor);
  if (cursor.isNextAnyOf('PRUNE', 'KEEP')) {
    cursor.take();
    cursor.expect('WHEN', 'EMPTY');
  }
  if (cursor.accept('ORDER', 'BY')) sortOf(cursor);
  return { ...relation, ...alias };
}

/** One key, or several in parentheses: what follows a comma is another argument. */
function sortOf(cursor: Cursor): void {
  const key = () => {
    expressionOf(cursor);
    skipDirection(cursor);
  };
  if (cursor.isNext('(')) cursor.inParentheses(() => cursor.listOf(key));
  else key();
}

type Columns = FunctionRelation['columns'];

function jsonTableOf(cursor: Cursor): Relation {
  cursor.take();
  const table = cursor.inParentheses(() => {
    const value = computation(jsonInvocation(cursor, expressionOf));
    const found = jsonColumnsOf(cursor, value);
    if (cursor.accept('PLAN')) {
      cursor.accept('DEFAULT');
      cursor.skipParentheses();
    }
    jsonBehaviors(cursor, expressionOf); // ON ERROR.
    return { columns: found, reads: [value] };
  });
  return { kind: 'function', ...table };
}

function jsonColumnsOf(cursor: Cursor, value: Expression): Columns {
  cursor.expect('COLUMNS');
  return cursor.inParentheses(() => cursor.listOf(() => jsonColumnOf(cursor, value)).flat());
}

function jsonColumnOf(cursor: Cursor, value: Expression): Columns {
  if (cursor.isNext('NESTED') && (cursor.peek(1).text === 'PATH' || cursor.peek(1).type === 'string')) {
    cursor.take();
    cursor.accept('PATH');
    cursor.take();
    if (cursor.accept('AS')) cursor.name();
    return jsonColumnsOf(cursor, value);
  }
  const name = cursor.name();
  if (cursor.accept('FOR', 'ORDINALITY')) return [{ name, value: CONSTANT }];
  skipType(cursor);
  const defaults = jsonBehaviors(cursor, expressionOf);
  return [{ name, value: computation([value, ...defaults]) }];
}
