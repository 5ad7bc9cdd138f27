import type {
  Alias as PgAlias,
  JoinExpr,
  JsonTable,
  Node,
  RangeFunction,
  RangeTableFunc,
  RangeTableSample,
  RangeVar,
} from 'libpg-query';
import { computation, CONSTANT, type Expression } from '../model/expression.js';
import type { Alias, FunctionRelation, JoinRelation, Relation, TableName } from '../model/query.js';
import { columnNameOf } from './column-names.js';
import { expressionOf, expressionsOf } from './expressions.js';
import { postgresFunction } from './functions.js';
import { type Reader, textsOf } from './reader.js';

export function relationsOf(reader: Reader, nodes: readonly Node[] | undefined): Relation[] {
  return (nodes ?? []).map((node) => relationOf(reader, node));
}

export function relationOf(reader: Reader, node: Node): Relation {
  if ('RangeVar' in node) {
    const { alias } = node.RangeVar;
    return { kind: 'table', table: tableOf(reader, node.RangeVar), ...aliasOf(alias) };
  }
  if ('RangeSubselect' in node) {
    const { subquery, alias, lateral } = node.RangeSubselect;
    return {
      kind: 'derived',
      query: reader.query(subquery!),
      isLateral: lateral === true,
      ...aliasOf(alias),
    };
  }
  if ('JoinExpr' in node) return joinOf(reader, node.JoinExpr);
  if ('RangeFunction' in node) return functionOf(reader, node.RangeFunction);
  if ('RangeTableSample' in node) return sampleOf(reader, node.RangeTableSample);
  if ('RangeTableFunc' in node) return xmlTableOf(reader, node.RangeTableFunc);
  if ('JsonTable' in node) return jsonTableOf(reader, node.JsonTable);
  const [tag = 'relation'] = Object.keys(node);
  reader.tell('unsupported-construct', tag, undefined);
  return { kind: 'opaque', reads: [], label: tag };
}

/** How much is taken may be asked of other tables. */
function sampleOf(reader: Reader, { relation, args, repeatable }: RangeTableSample): Relation {
  const table = relationOf(reader, relation!);
  const reads = [...expressionsOf(reader, args), expressionOf(reader, repeatable)].filter(
    (read) => read !== CONSTANT,
  );
  if (reads.length === 0) return table;
  const asked: Relation = { kind: 'function', columns: [], reads };
  return { kind: 'join', type: 'cross', left: table, right: asked, isNatural: false, at: -1 };
}

export function tableOf(reader: Reader, { catalogname, schemaname, relname, location }: RangeVar): TableName {
  const parts = [catalogname, schemaname, relname].filter((part) => part !== undefined);
  return { parts, at: reader.at(location) };
}

/** `{alias}` to be spread; nothing where there is none. */
export function aliasOf(alias: PgAlias | undefined): { alias?: Alias } {
  if (alias?.aliasname === undefined) return {};
  const columns = textsOf(alias.colnames);
  return { alias: { name: alias.aliasname, ...(columns.length === 0 ? {} : { columns }) } };
}

const JOINS: Readonly<Record<string, JoinRelation['type']>> = {
  JOIN_INNER: 'inner',
  JOIN_LEFT: 'left',
  JOIN_RIGHT: 'right',
  JOIN_FULL: 'full',
};

function joinOf(reader: Reader, join: JoinExpr): Relation {
  const using = textsOf(join.usingClause);
  return {
    kind: 'join',
    type: JOINS[join.jointype ?? 'JOIN_INNER'] ?? 'inner',
    left: relationOf(reader, join.larg!),
    right: relationOf(reader, join.rarg!),
    isNatural: join.isNatural === true,
    at: -1,
    ...(join.quals === undefined ? {} : { on: expressionOf(reader, join.quals) }),
    ...(using.length === 0 ? {} : { using }),
    ...(join.join_using_alias?.aliasname === undefined
      ? {}
      : { usingAlias: join.join_using_alias.aliasname }),
    ...aliasOf(join.alias),
  };
}

type Columns = FunctionRelation['columns'];

/** Functions whose columns are those of a type that an argument names. */
const OF_ARGUMENT_TYPE = /^(?:jsonb?_populate_record(?:set)?|populate_record|jsonb?_to_record(?:set)?)$/;

function functionOf(reader: Reader, { functions, alias, ordinality, coldeflist }: RangeFunction): Relation {
  const calls = (functions ?? []).flatMap((node) => ('List' in node ? [node.List.items ?? []] : []));
  const single = calls.length === 1 ? alias?.aliasname : undefined;
  const columns = calls.map(([call, defined]) =>
    columnsOf(reader, call, coldeflist ?? listIn(defined), single),
  );
  const named = aliasOf(alias);
  if (columns.some((each) => each === undefined)) {
    const reads = calls.map(([call]) => expressionOf(reader, call));
    return { kind: 'opaque', reads, label: 'function', ...named };
  }
  return {
    kind: 'function',
    columns: columns.flatMap((each) => each ?? []),
    ...(ordinality === true ? { ordinality: 'ordinality' } : {}),
    ...named,
  };
}

function listIn(node: Node | undefined): Node[] | undefined {
  return node !== undefined && 'List' in node ? node.List.items : undefined;
}

/** @returns undefined where they cannot be told, which the reader was told of */
function columnsOf(
  reader: Reader,
  call: Node | undefined,
  defined: readonly Node[] | undefined,
  alias: string | undefined,
): Columns | undefined {
  const value = expressionOf(reader, call);
  const names = (defined ?? []).flatMap((node) =>
    'ColumnDef' in node ? [node.ColumnDef.colname ?? ''] : [],
  );
  if (names.length > 0) return names.map((name) => ({ name, value }));
  if (call === undefined || !('FuncCall' in call)) return [{ name: alias ?? columnNameOf(call), value }];
  const path = textsOf(call.FuncCall.funcname);
  const name = path.at(-1)!;
  const known = postgresFunction(path);
  if (name === 'unnest') {
    const args = expressionsOf(reader, call.FuncCall.args);
    return args.map((arg) => ({
      name: args.length === 1 ? (alias ?? name) : name,
      value: computation([arg]),
    }));
  }
  if (known === undefined || known.isDynamic) return undefined;
  if (OF_ARGUMENT_TYPE.test(name)) {
    reader.tell('unknown-columns', name, call.FuncCall.location);
    return undefined;
  }
  return known.columns?.map((column) => ({ name: column, value })) ?? [{ name: alias ?? name, value }];
}

function xmlTableOf(reader: Reader, table: RangeTableFunc): Relation {
  const { docexpr, rowexpr, namespaces, columns, alias } = table;
  const document = [docexpr, rowexpr, ...(namespaces ?? [])].map((node) => expressionOf(reader, node));
  return {
    kind: 'function',
    reads: document,
    columns: (columns ?? []).flatMap((node) => {
      if (!('RangeTableFuncCol' in node)) return [];
      const { colname, colexpr, coldefexpr, for_ordinality } = node.RangeTableFuncCol;
      const own = [expressionOf(reader, colexpr), expressionOf(reader, coldefexpr)];
      const value = for_ordinality === true ? CONSTANT : computation([...document, ...own]);
      return [{ name: colname ?? '', value }];
    }),
    ...aliasOf(alias),
  };
}

function jsonTableOf(reader: Reader, { context_item, passing, columns, alias }: JsonTable): Relation {
  const passed = (passing ?? []).map((node) => expressionOf(reader, node));
  const value = computation([expressionOf(reader, context_item?.raw_expr), ...passed]);
  return { kind: 'function', columns: jsonColumns(columns, value), reads: [value], ...aliasOf(alias) };
}

function jsonColumns(nodes: readonly Node[] | undefined, value: Expression): Columns {
  return (nodes ?? []).flatMap((node): Columns => {
    if (!('JsonTableColumn' in node)) return [];
    const { coltype, name, columns } = node.JsonTableColumn;
    if (coltype === 'JTC_NESTED') return jsonColumns(columns, value);
    return [{ name: name ?? '', value: coltype === 'JTC_FOR_ORDINALITY' ? CONSTANT : value }];
  });
}
