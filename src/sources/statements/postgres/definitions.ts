import type {
  AlterTableCmd,
  ColumnDef,
  CreateStmt,
  DiscardStmt,
  DropStmt,
  Node,
  RangeVar,
  RenameStmt,
  SelectStmt,
  TransactionStmt,
  VariableSetStmt,
} from 'libpg-query';
import type { TableName } from '../model/query.js';
import type { ColumnChange, DefinedColumn, Statement } from '../model/statement.js';
import { type Reader, textsOf } from './reader.js';
import { tableOf } from './relations.js';

/** A statement and what it is called. */
export interface Titled {
  readonly verb: string;
  readonly statement: Statement;
}

const NONE: Statement = { kind: 'none' };

const TABLES: ReadonlySet<string> = new Set([
  'OBJECT_TABLE',
  'OBJECT_VIEW',
  'OBJECT_MATVIEW',
  'OBJECT_FOREIGN_TABLE',
]);

/** Whether a table lives no longer than the session. */
export function isTemporary(relation: RangeVar | undefined): boolean {
  return relation?.relpersistence === 't' || relation?.schemaname === 'pg_temp';
}

/** Reads a statement that changes tables themselves, or where tables are looked up; undefined for another. */
export function definitionOf(reader: Reader, node: Node): Titled | undefined {
  if ('TruncateStmt' in node) {
    const tables = (node.TruncateStmt.relations ?? []).flatMap((relation) =>
      'RangeVar' in relation ? [tableOf(reader, relation.RangeVar)] : [],
    );
    return { verb: 'TRUNCATE', statement: { kind: 'lifecycle', change: 'TRUNCATE', tables } };
  }
  if ('CreateStmt' in node) return createTable(reader, node.CreateStmt);
  if ('CreateForeignTableStmt' in node) return createTable(reader, node.CreateForeignTableStmt.base!);
  if ('VariableSetStmt' in node) return setOf(node.VariableSetStmt);
  if ('TransactionStmt' in node)
    return { verb: 'TRANSACTION', statement: transactionOf(node.TransactionStmt) };
  if ('DiscardStmt' in node) return { verb: 'DISCARD', statement: discardOf(node.DiscardStmt) };
  if ('DropStmt' in node) return dropOf(reader, node.DropStmt);
  if ('RenameStmt' in node) return renameOf(reader, node.RenameStmt);
  if ('AlterObjectSchemaStmt' in node) {
    const { objectType, relation, newschema } = node.AlterObjectSchemaStmt;
    const isTable = TABLES.has(objectType ?? '') && relation !== undefined && newschema !== undefined;
    if (!isTable) return { verb: 'ALTER SCHEMA', statement: NONE };
    const table = tableOf(reader, relation);
    const becomes = { ...table, parts: [...table.parts.slice(0, -2), newschema, table.parts.at(-1)!] };
    return renamed(table, becomes);
  }
  if ('AlterTableStmt' in node) {
    const { relation, objtype, cmds } = node.AlterTableStmt;
    if (!TABLES.has(objtype ?? '') || relation === undefined) return { verb: 'ALTER', statement: NONE };
    const tables = [tableOf(reader, relation)];
    const columns = (cmds ?? []).flatMap((cmd) =>
      'AlterTableCmd' in cmd ? columnChanges(cmd.AlterTableCmd) : [],
    );
    return { verb: 'ALTER TABLE', statement: { kind: 'lifecycle', change: 'ALTER', tables, columns } };
  }
  return undefined;
}

function columnChanges({ subtype, name, def, missing_ok }: AlterTableCmd): ColumnChange[] {
  const defined = def !== undefined && 'ColumnDef' in def ? definedColumn(def.ColumnDef) : undefined;
  if (subtype === 'AT_AddColumn' && defined !== undefined)
    return [{ kind: 'add', column: defined, isConditional: missing_ok === true }];
  if (name === undefined) return [];
  if (subtype === 'AT_DropColumn') return [{ kind: 'drop', name }];
  if (subtype === 'AT_AlterColumnType') return [{ kind: 'type', name, type: defined?.type }];
  return [];
}

function definedColumn({ colname, typeName }: ColumnDef): DefinedColumn {
  return { name: colname ?? '', type: textsOf(typeName?.names).at(-1) };
}

/** `SET search_path = a, b`: `"$user"` is a schema that few have. */
function setOf({ name, args, kind, is_local }: VariableSetStmt): Titled {
  const statement: Statement =
    name === 'search_path' || (kind === 'VAR_RESET_ALL' && name === undefined)
      ? {
          kind: 'use',
          schemas: (args ?? []).flatMap(schemaIn).filter((schema) => !IMPLIED.has(schema)),
          isLocal: is_local === true,
        }
      : NONE;
  return { verb: kind?.startsWith('VAR_RESET') === true ? 'RESET' : 'SET', statement };
}

function transactionOf({ kind, savepoint_name: name = '', chain }: TransactionStmt): Statement {
  const isChained = chain === true;
  switch (kind) {
    case 'TRANS_STMT_BEGIN':
    case 'TRANS_STMT_START':
      return { kind: 'transaction', change: { does: 'begin' } };
    case 'TRANS_STMT_COMMIT':
    case 'TRANS_STMT_PREPARE':
      return { kind: 'transaction', change: { does: 'commit', isChained } };
    case 'TRANS_STMT_ROLLBACK':
      return { kind: 'transaction', change: { does: 'rollback', isChained } };
    case 'TRANS_STMT_SAVEPOINT':
      return { kind: 'transaction', change: { does: 'savepoint', name } };
    case 'TRANS_STMT_RELEASE':
      return { kind: 'transaction', change: { does: 'release', name } };
    case 'TRANS_STMT_ROLLBACK_TO':
      return { kind: 'transaction', change: { does: 'rollback-to', name } };
    default:
      return NONE;
  }
}

function discardOf({ target }: DiscardStmt): Statement {
  if (target === 'DISCARD_ALL') return { kind: 'discard', what: 'all' };
  return target === 'DISCARD_TEMP' ? { kind: 'discard', what: 'temporary' } : NONE;
}

/**
 * `SELECT set_config('search_path', 'a, b', false)`: SET, as pg_dump and frameworks write it. Undefined for another query, and for one
 * whose values are not in the text.
 */
export function settingOf({ targetList, fromClause }: SelectStmt): Statement | undefined {
  const [only] = targetList ?? [];
  const value = only !== undefined && 'ResTarget' in only ? only.ResTarget.val : undefined;
  if (value === undefined || !('FuncCall' in value) || targetList?.length !== 1 || fromClause !== undefined)
    return undefined;
  const { funcname, args } = value.FuncCall;
  if (textsOf(funcname).at(-1) !== 'set_config') return undefined;
  const [name, path, isLocal] = (args ?? []).map((arg) => ('A_Const' in arg ? arg.A_Const : undefined));
  if (name?.sval?.sval?.toLowerCase() !== 'search_path' || path?.sval === undefined || isLocal === undefined)
    return undefined;
  const schemas = (path.sval.sval ?? '').split(',').map((schema) => unquoted(schema.trim()));
  return {
    kind: 'use',
    schemas: schemas.filter((schema) => !IMPLIED.has(schema)),
    isLocal: isLocal.boolval?.boolval === true,
  };
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
}

const IMPLIED: ReadonlySet<string> = new Set(['$user', 'pg_catalog', 'pg_temp']);

function schemaIn(node: Node): string[] {
  const text = 'A_Const' in node ? node.A_Const.sval?.sval : undefined;
  return text === undefined ? [] : [text.trim()];
}

function dropOf(reader: Reader, { removeType, objects }: DropStmt): Titled {
  const verb = `DROP ${String(removeType).replace('OBJECT_', '').replace('MATVIEW', 'MATERIALIZED VIEW').replaceAll('_', ' ')}`;
  if (!TABLES.has(removeType ?? '')) return { verb, statement: NONE };
  const tables = (objects ?? []).flatMap((object): TableName[] =>
    'List' in object ? [{ parts: textsOf(object.List.items), at: reader.at(undefined) }] : [],
  );
  return { verb, statement: { kind: 'lifecycle', change: 'DROP', tables } };
}

function renameOf(
  reader: Reader,
  { renameType, relationType, relation, subname, newname }: RenameStmt,
): Titled {
  if (relation === undefined) return { verb: 'ALTER', statement: NONE };
  const table = tableOf(reader, relation);
  if (TABLES.has(renameType ?? '') && newname !== undefined)
    return renamed(table, { ...table, parts: [...table.parts.slice(0, -1), newname] });
  if (renameType !== 'OBJECT_COLUMN' || !TABLES.has(relationType ?? ''))
    return { verb: 'ALTER', statement: NONE };
  const columns: ColumnChange[] = [{ kind: 'rename', name: subname ?? '', to: newname ?? '' }];
  return { verb: 'ALTER TABLE', statement: { kind: 'lifecycle', change: 'ALTER', tables: [table], columns } };
}

function renamed(table: TableName, becomes: TableName): Titled {
  return {
    verb: 'ALTER TABLE RENAME',
    statement: { kind: 'lifecycle', change: 'RENAME', tables: [table], becomes },
  };
}

function createTable(reader: Reader, create: CreateStmt): Titled {
  const like = [...(create.inhRelations ?? []), ...(create.tableElts ?? [])].flatMap((node): TableName[] => {
    if ('RangeVar' in node) return [tableOf(reader, node.RangeVar)];
    return 'TableLikeClause' in node ? [tableOf(reader, node.TableLikeClause.relation!)] : [];
  });
  const columns = (create.tableElts ?? []).flatMap((node): DefinedColumn[] =>
    'ColumnDef' in node ? [definedColumn(node.ColumnDef)] : [],
  );
  if (create.ofTypename !== undefined)
    reader.tell('unknown-columns', textsOf(create.ofTypename.names).join('.'), create.relation?.location);
  return {
    verb: 'CREATE TABLE',
    statement: {
      kind: 'create-table',
      table: tableOf(reader, create.relation!),
      columns,
      like,
      isTemporary: isTemporary(create.relation),
      isConditional: create.if_not_exists === true,
    },
  };
}
