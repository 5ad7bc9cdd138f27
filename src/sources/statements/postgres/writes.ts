import type {
  DeleteStmt,
  InsertStmt,
  MergeStmt,
  MergeWhenClause,
  Node,
  RangeVar,
  ResTarget,
  ReturningClause,
  UpdateStmt,
  WithClause,
} from 'libpg-query';
import { computation, CONSTANT } from '../model/expression.js';
import type { SelectItem } from '../model/query.js';
import type { Assignment, MergeCase, Target, Write } from '../model/statement.js';
import { expressionOf, expressionsOf } from './expressions.js';
import { itemsOf } from './items.js';
import type { Reader } from './reader.js';
import { aliasOf, relationOf, relationsOf, tableOf } from './relations.js';

type WriteNode =
  | { InsertStmt: InsertStmt }
  | { UpdateStmt: UpdateStmt }
  | { DeleteStmt: DeleteStmt }
  | { MergeStmt: MergeStmt };

interface WithWrite {
  readonly withClause: WithClause | undefined;
  readonly write: Write;
}

export function isWriteNode(node: Node): node is WriteNode {
  return 'InsertStmt' in node || 'UpdateStmt' in node || 'DeleteStmt' in node || 'MergeStmt' in node;
}

/** Reads a statement that changes rows, without its WITH. */
export function writeOf(reader: Reader, node: WriteNode): WithWrite {
  if ('InsertStmt' in node) return insertOf(reader, node.InsertStmt);
  if ('MergeStmt' in node) return mergeOf(reader, node.MergeStmt);
  const isUpdate = 'UpdateStmt' in node;
  const statement = isUpdate ? node.UpdateStmt : node.DeleteStmt;
  const shared = {
    target: targetOf(reader, statement.relation),
    from: relationsOf(reader, isUpdate ? node.UpdateStmt.fromClause : node.DeleteStmt.usingClause),
    ...returningOf(reader, statement.returningClause),
    ...(statement.whereClause === undefined ? {} : { where: expressionOf(reader, statement.whereClause) }),
  };
  const write: Write = isUpdate
    ? { kind: 'update', set: assignmentsOf(reader, node.UpdateStmt.targetList), ...shared }
    : { kind: 'delete', ...shared };
  return { withClause: statement.withClause, write };
}

export function targetOf(reader: Reader, relation: RangeVar | undefined): Target {
  return { table: tableOf(reader, relation ?? {}), ...aliasOf(relation?.alias) };
}

/** RETURNING, and what it calls the rows before and after: `WITH (OLD AS o, NEW AS n)`. */
function returningOf(
  reader: Reader,
  clause: ReturningClause | undefined,
): { returning: SelectItem[]; states?: string[] } {
  const states = ['old', 'new'];
  for (const node of clause?.options ?? []) {
    if (!('ReturningOption' in node)) continue;
    const { option, value = '' } = node.ReturningOption;
    states[option === 'RETURNING_OPTION_OLD' ? 0 : 1] = value;
  }
  const isRenamed = (clause?.options ?? []).length > 0;
  return { returning: itemsOf(reader, clause?.exprs), ...(isRenamed ? { states } : {}) };
}

function insertOf(reader: Reader, insert: InsertStmt): WithWrite {
  const { cols, selectStmt, onConflictClause } = insert;
  const columns = namesOf(reader, cols);
  const onConflict =
    onConflictClause?.action === 'ONCONFLICT_UPDATE'
      ? {
          set: assignmentsOf(reader, onConflictClause.targetList),
          ...(onConflictClause.whereClause === undefined
            ? {}
            : { where: expressionOf(reader, onConflictClause.whereClause) }),
        }
      : undefined;
  return {
    withClause: insert.withClause,
    write: {
      kind: 'insert',
      target: targetOf(reader, insert.relation),
      ...returningOf(reader, insert.returningClause),
      ...(columns.length === 0 ? {} : { columns }),
      ...(selectStmt === undefined ? {} : { source: reader.query(selectStmt) }),
      ...(onConflict === undefined ? {} : { onConflict }),
    },
  };
}

function namesOf(reader: Reader, nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) => {
    if (!('ResTarget' in node)) return [];
    tellSubscripts(reader, node.ResTarget);
    return [node.ResTarget.name ?? ''];
  });
}

/** `(a[i]) VALUES …`: which element is written may be asked of other tables. */
function tellSubscripts(reader: Reader, { name = '', indirection, location }: ResTarget): void {
  if (expressionsOf(reader, indirection).some((one) => one !== CONSTANT))
    reader.tell('unsupported-construct', `a subscript of ${name} that is no constant`, location);
}

/** SET. Columns that are set together come as one reference each to the same source. */
function assignmentsOf(reader: Reader, nodes: readonly Node[] | undefined): Assignment[] {
  const assignments: Assignment[] = [];
  const targets = (nodes ?? []).flatMap((node) => ('ResTarget' in node ? [node.ResTarget] : []));
  for (let at = 0; at < targets.length; at++) {
    const { name = '', val, indirection } = targets[at]!;
    if (val === undefined || !('MultiAssignRef' in val)) {
      assignments.push({ columns: [name], value: withSubscripts(reader, val, indirection) });
      continue;
    }
    const { source, ncolumns = 1 } = val.MultiAssignRef;
    const together = targets.slice(at, at + ncolumns);
    const columns = together.map((target) => target.name ?? '');
    for (const target of together) tellSubscripts(reader, target);
    at += ncolumns - 1;
    assignments.push(...assignedTogether(reader, columns, source));
  }
  return assignments;
}

/** `SET a[i] = b`: where a value goes is told with it. */
function withSubscripts(reader: Reader, value: Node | undefined, indirection: readonly Node[] | undefined) {
  const subscripts = expressionsOf(reader, indirection).filter((one) => one !== CONSTANT);
  const given = expressionOf(reader, value);
  if (subscripts.length === 0) return given;
  return computation([given], { influences: subscripts.map((by) => ({ by, subtype: 'CONDITIONAL' })) });
}

function assignedTogether(reader: Reader, columns: string[], source: Node | undefined): Assignment[] {
  if (source === undefined || !('RowExpr' in source))
    return [{ columns, value: expressionOf(reader, source) }];
  const values = expressionsOf(reader, source.RowExpr.args);
  return columns.map((name, i) => ({ columns: [name], value: values[i] ?? CONSTANT }));
}

function mergeOf(reader: Reader, merge: MergeStmt): WithWrite {
  const clauses = (merge.mergeWhenClauses ?? []).flatMap((node) =>
    'MergeWhenClause' in node ? [node.MergeWhenClause] : [],
  );
  return {
    withClause: merge.withClause,
    write: {
      kind: 'merge',
      target: targetOf(reader, merge.relation),
      source: relationOf(reader, merge.sourceRelation!),
      on: expressionOf(reader, merge.joinCondition),
      cases: clauses.map((clause) => caseOf(reader, clause)),
      ...returningOf(reader, merge.returningClause),
    },
  };
}

function caseOf(reader: Reader, clause: MergeWhenClause): MergeCase {
  return {
    action: actionOf(reader, clause),
    ...(clause.condition === undefined ? {} : { condition: expressionOf(reader, clause.condition) }),
  };
}

function actionOf(reader: Reader, { commandType, targetList, values }: MergeWhenClause): MergeCase['action'] {
  if (commandType === 'CMD_UPDATE') return { kind: 'update', set: assignmentsOf(reader, targetList) };
  if (commandType === 'CMD_INSERT') {
    const columns = namesOf(reader, targetList);
    const given = expressionsOf(reader, values);
    return { kind: 'insert', values: given, ...(columns.length === 0 ? {} : { columns }) };
  }
  return { kind: commandType === 'CMD_DELETE' ? 'delete' : 'nothing' };
}
