import type { Node, SelectStmt, WithClause } from 'libpg-query';
import { CONSTANT } from '../model/expression.js';
import { type Body, type Cte, type OutputKey, plainQuery, type Query } from '../model/query.js';
import { expressionOf, expressionsOf, keysOfWindow, sortKeysOf } from './expressions.js';
import { itemsOf } from './items.js';
import { type Reader, textsOf } from './reader.js';
import { relationsOf } from './relations.js';
import { isWriteNode, writeOf } from './writes.js';

/** Reads what gives rows: SELECT, VALUES, or a statement with RETURNING. */
export function queryOf(reader: Reader, node: Node): Query {
  if ('SelectStmt' in node) return selectOf(reader, node.SelectStmt);
  if (isWriteNode(node)) {
    const { withClause, write } = writeOf(reader, node);
    return { ...namedIn(reader, withClause), body: { kind: 'write', write }, orderBy: [] };
  }
  const [tag = 'query'] = Object.keys(node);
  reader.tell('unsupported-construct', tag, undefined);
  return plainQuery({ kind: 'values', rows: [], names: valueName });
}

function valueName(index: number): string {
  return `column${index + 1}`;
}

function namedIn(reader: Reader, clause: WithClause | undefined): Pick<Query, 'ctes' | 'isRecursive'> {
  const ctes = (clause?.ctes ?? []).flatMap((node): Cte[] => {
    if (!('CommonTableExpr' in node)) return [];
    const { ctename, aliascolnames, ctequery, search_clause, cycle_clause, location } = node.CommonTableExpr;
    if (search_clause !== undefined) reader.tell('unsupported-construct', 'SEARCH', location);
    if (cycle_clause !== undefined) reader.tell('unsupported-construct', 'CYCLE', location);
    const columns = textsOf(aliascolnames);
    return [
      {
        name: ctename ?? '',
        query: reader.query(ctequery!),
        ...(columns.length === 0 ? {} : { columns }),
      },
    ];
  });
  return { ctes, isRecursive: clause?.recursive === true };
}

function selectOf(reader: Reader, select: SelectStmt): Query {
  const body = bodyOf(reader, select);
  const limits = [select.limitCount, select.limitOffset]
    .map((node) => expressionOf(reader, node))
    .filter((limit) => limit !== CONSTANT);
  return {
    ...namedIn(reader, select.withClause),
    body,
    orderBy: [...keysOf(reader, select.sortClause), ...limits],
  };
}

function bodyOf(reader: Reader, select: SelectStmt): Body {
  if (select.valuesLists !== undefined) {
    const rows = select.valuesLists.map((row) =>
      'List' in row ? expressionsOf(reader, row.List.items) : [],
    );
    return { kind: 'values', rows, names: valueName };
  }
  if (select.op !== undefined && select.op !== 'SETOP_NONE') return setOperationOf(reader, select);
  const windows = windowsIn(select.windowClause);
  reader.windows.push(windows);
  try {
    return {
      kind: 'select',
      items: itemsOf(reader, select.targetList),
      from: relationsOf(reader, select.fromClause),
      groupBy: keysOf(reader, select.groupClause),
      distinctOn: keysOf(
        reader,
        select.distinctClause?.filter((node) => Object.keys(node).length > 0),
      ),
      windows: sortKeysOf(reader, [...windows.values()].flat()),
      ...(select.whereClause === undefined ? {} : { where: expressionOf(reader, select.whereClause) }),
      ...(select.havingClause === undefined ? {} : { having: expressionOf(reader, select.havingClause) }),
    };
  } finally {
    reader.windows.pop();
  }
}

const OPERATIONS = { SETOP_UNION: 'union', SETOP_INTERSECT: 'intersect', SETOP_EXCEPT: 'except' } as const;

/** A chain of the same operation is one with many branches, so that a long one is not deep. */
function setOperationOf(reader: Reader, select: SelectStmt): Body {
  const operation = OPERATIONS[select.op as keyof typeof OPERATIONS];
  const branches: SelectStmt[] = [];
  let left: SelectStmt = select;
  while (left.op === select.op && left.larg !== undefined && (left === select || isBare(left))) {
    branches.push(left.rarg!);
    left = left.larg;
  }
  branches.push(left);
  return {
    kind: 'set',
    operation,
    branches: branches.reverse().map((branch) => selectOf(reader, branch)),
    isByName: false,
    at: -1,
  };
}

function isBare({ withClause, sortClause, limitCount, limitOffset }: SelectStmt): boolean {
  return [withClause, sortClause, limitCount, limitOffset].every((clause) => clause === undefined);
}

/** The keys of the named windows; one that extends another has the other's too. */
function windowsIn(nodes: readonly Node[] | undefined): Map<string, Node[]> {
  const windows = new Map<string, Node[]>();
  for (const node of nodes ?? []) {
    if (!('WindowDef' in node)) continue;
    const { name, refname } = node.WindowDef;
    const extended = refname === undefined ? [] : (windows.get(refname) ?? []);
    windows.set(name ?? '', [...extended, ...keysOfWindow(node.WindowDef)]);
  }
  return windows;
}

/** Keys of GROUP BY, ORDER BY and DISTINCT ON; a whole number is a place in the output. */
function keysOf(reader: Reader, nodes: readonly Node[] | undefined): OutputKey[] {
  return (nodes ?? []).flatMap((node): OutputKey[] => {
    const key = 'SortBy' in node ? node.SortBy.node : node;
    if (key === undefined) return [];
    if ('GroupingSet' in key) return keysOf(reader, key.GroupingSet.content);
    if ('RowExpr' in key) return keysOf(reader, key.RowExpr.args);
    if ('A_Const' in key && key.A_Const.ival !== undefined)
      return [{ kind: 'ordinal', place: key.A_Const.ival.ival ?? 0 }];
    return [expressionOf(reader, key)];
  });
}
