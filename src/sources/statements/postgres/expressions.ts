import type {
  CaseExpr,
  ColumnRef,
  FuncCall,
  JsonAggConstructor,
  Node,
  SubLink,
  WindowDef,
} from 'libpg-query';
import { computation, CONSTANT, type Expression, type Influence } from '../model/expression.js';
import { postgresFunction } from './functions.js';
import { type Reader, textsOf } from './reader.js';

/** Nodes that take no column. */
const CONSTANTS: ReadonlySet<string> = new Set([
  'A_Const',
  'ParamRef',
  'SQLValueFunction',
  'SetToDefault',
  'String',
  'Integer',
  'Float',
  'Boolean',
  'BitString',
  'TypeName',
  'A_Star',
  'MergeSupportFunc',
  'XmlSerializeOption',
]);

/** Nodes whose value is made of all that is below them. */
const COMPOSITES: ReadonlySet<string> = new Set([
  'A_Expr',
  'BoolExpr',
  'NullTest',
  'BooleanTest',
  'MinMaxExpr',
  'CoalesceExpr',
  'TypeCast',
  'A_ArrayExpr',
  'RowExpr',
  'A_Indices',
  'A_Indirection',
  'NamedArgExpr',
  'GroupingFunc',
  'GroupingSet',
  'MultiAssignRef',
  'List',
  'ResTarget',
  'SortBy',
  'XmlExpr',
  'XmlSerialize',
  'JsonArgument',
  'JsonBehavior',
  'JsonKeyValue',
  'JsonValueExpr',
  'JsonFuncExpr',
  'JsonParseExpr',
  'JsonScalarExpr',
  'JsonSerializeExpr',
  'JsonObjectConstructor',
  'JsonArrayConstructor',
  'JsonIsPredicate',
]);

/** Names for people of nodes that are not understood. */
const LABELS: Readonly<Record<string, string>> = { CurrentOfExpr: 'WHERE CURRENT OF' };

/** What an expression takes, whatever it is. */
export function expressionOf(reader: Reader, node: Node | undefined): Expression {
  if (node === undefined) return CONSTANT;
  if ('ColumnRef' in node) return columnOf(reader, node.ColumnRef);
  if ('FuncCall' in node) return callOf(reader, node.FuncCall);
  if ('CaseExpr' in node) return caseOf(reader, node.CaseExpr);
  if ('SubLink' in node) return subLinkOf(reader, node.SubLink);
  if ('CollateClause' in node) return expressionOf(reader, node.CollateClause.arg);
  if ('JsonObjectAgg' in node)
    return jsonAggregateOf(reader, node.JsonObjectAgg.arg, node.JsonObjectAgg.constructor);
  if ('JsonArrayAgg' in node)
    return jsonAggregateOf(reader, node.JsonArrayAgg.arg, node.JsonArrayAgg.constructor);
  if ('JsonArrayQueryConstructor' in node) {
    const { query } = node.JsonArrayQueryConstructor;
    return query === undefined
      ? CONSTANT
      : computation([{ kind: 'subquery', query: reader.query(query), asks: 'values' }]);
  }
  const [tag, value] = Object.entries(node)[0] ?? ['', undefined];
  if (CONSTANTS.has(tag)) return CONSTANT;
  if (!COMPOSITES.has(tag)) reader.tell('unsupported-construct', LABELS[tag] ?? tag, locationOf(value));
  return computation(childrenOf(reader, value));
}

export function expressionsOf(reader: Reader, nodes: readonly Node[] | undefined): Expression[] {
  return (nodes ?? []).map((node) => expressionOf(reader, node));
}

/** The expressions right below a node: in its fields, lists, and the objects that are no nodes of their own. */
function childrenOf(reader: Reader, value: unknown): Expression[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => childrenOf(reader, item));
  const entries = Object.entries(value);
  const [tag] = entries[0] ?? [''];
  if (entries.length === 1 && /^[A-Z]/.test(tag)) return [expressionOf(reader, value as Node)];
  return entries.flatMap(([field, below]) =>
    field === 'typeName' || field === 'output' ? [] : childrenOf(reader, below),
  );
}

function locationOf(value: unknown): number | undefined {
  const location = (value as { location?: unknown } | undefined)?.location;
  return typeof location === 'number' ? location : undefined;
}

/** Columns that each table of PostgreSQL has; none of its own can be called so. */
const SYSTEM_COLUMNS: ReadonlySet<string> = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid']);

function columnOf(reader: Reader, { fields, location }: ColumnRef): Expression {
  const parts = textsOf(fields);
  const at = reader.at(location);
  // Where a row lies, and which transaction wrote it, is nothing that others follow from.
  if (SYSTEM_COLUMNS.has(parts.at(-1) ?? '')) return CONSTANT;
  const isRow = fields?.some((field) => 'A_Star' in field) === true;
  if (!isRow) return { kind: 'column', parts, at };
  return parts.length === 0 ? CONSTANT : { kind: 'row', qualifier: parts, at };
}

function caseOf(reader: Reader, { arg, args, defresult }: CaseExpr): Expression {
  const whens = (args ?? []).flatMap((when) => ('CaseWhen' in when ? [when.CaseWhen] : []));
  return computation(
    [...whens.map(({ result }) => expressionOf(reader, result)), expressionOf(reader, defresult)],
    {
      influences: conditional([
        expressionOf(reader, arg),
        ...whens.map(({ expr }) => expressionOf(reader, expr)),
      ]),
    },
  );
}

function conditional(conditions: readonly Expression[]): Influence[] {
  return conditions.map((by) => ({ by, subtype: 'CONDITIONAL' }));
}

function subLinkOf(reader: Reader, { subLinkType, testexpr, subselect }: SubLink): Expression {
  if (subselect === undefined) return expressionOf(reader, testexpr);
  const query = reader.query(subselect);
  if (subLinkType === 'EXISTS_SUBLINK') return computation([{ kind: 'subquery', query, asks: 'exists' }]);
  const values: Expression = { kind: 'subquery', query, asks: 'values' };
  if (subLinkType === 'EXPR_SUBLINK') return values;
  return computation([expressionOf(reader, testexpr), values]);
}

function callOf(reader: Reader, call: FuncCall): Expression {
  const name = textsOf(call.funcname);
  const known = postgresFunction(name);
  if (known === undefined) reader.tell('unknown-function', name.join('.'), call.location);
  else if (known.isDynamic) reader.tell('dynamic-sql', name.join('.'), call.location);
  if (setsPath(name, call)) reader.tell('unsupported-construct', 'set_config within a query', call.location);
  const sorted = sortKeysOf(reader, call.agg_order);
  const isAggregate = known?.isAggregate === true || isWrittenAsAggregate(call);
  const inputs = expressionsOf(reader, call.args);
  return computation(call.agg_within_group === true ? [...inputs, ...sorted] : inputs, {
    as: isAggregate ? 'AGGREGATION' : 'TRANSFORMATION',
    isMasking: known?.isMasking === true,
    influences: [
      ...(call.agg_within_group === true ? [] : sorted.map((by): Influence => ({ by, subtype: 'SORT' }))),
      ...conditional([expressionOf(reader, call.agg_filter)]),
      ...windowOf(reader, call.over),
    ],
  });
}

/** Whether a call may say where names are looked up from then on. */
function setsPath(name: readonly string[], { args: [setting] = [] }: FuncCall): boolean {
  if (name.at(-1) !== 'set_config') return false;
  const text = setting !== undefined && 'A_Const' in setting ? setting.A_Const.sval?.sval : undefined;
  return text === undefined || text.toLowerCase() === 'search_path';
}

/** Only aggregates take DISTINCT, ORDER BY or `*`. */
function isWrittenAsAggregate({ agg_distinct, agg_order, agg_star }: FuncCall): boolean {
  return agg_distinct === true || agg_star === true || agg_order !== undefined;
}

function jsonAggregateOf(
  reader: Reader,
  arg: unknown,
  aggregate: JsonAggConstructor | undefined,
): Expression {
  const sorted = sortKeysOf(reader, aggregate?.agg_order);
  return computation(childrenOf(reader, arg), {
    as: 'AGGREGATION',
    influences: [
      ...sorted.map((by): Influence => ({ by, subtype: 'SORT' })),
      ...conditional([expressionOf(reader, aggregate?.agg_filter)]),
      ...windowOf(reader, aggregate?.over),
    ],
  });
}

/** What partitions a window and orders it, and how far its frame reaches. */
export function keysOfWindow({ partitionClause, orderClause, startOffset, endOffset }: WindowDef): Node[] {
  return [...(partitionClause ?? []), ...(orderClause ?? []), startOffset, endOffset].filter(
    (node) => node !== undefined,
  );
}

/** The keys of a window, and of the named one that it is or extends. */
function windowOf(reader: Reader, window: WindowDef | undefined): Influence[] {
  if (window === undefined) return [];
  const { name, refname } = window;
  const referred = name ?? refname;
  const keys = keysOfWindow(window);
  const named = reader.windows.findLast((windows) => referred !== undefined && windows.has(referred));
  const ofNamed = referred === undefined ? [] : (named?.get(referred) ?? []);
  return sortKeysOf(reader, [...keys, ...ofNamed]).map((by) => ({ by, subtype: 'WINDOW' }));
}

export function sortKeysOf(reader: Reader, nodes: readonly Node[] | undefined): Expression[] {
  return (nodes ?? []).map((node) => expressionOf(reader, 'SortBy' in node ? node.SortBy.node : node));
}
