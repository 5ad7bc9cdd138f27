import type {
  CopyStmt,
  CreateStmt,
  DropStmt,
  IntoClause,
  Node,
  RangeVar,
  RenameStmt,
  SelectStmt,
} from 'libpg-query';
import { plainQuery, type TableName } from '../model/query.js';
import type { DefinedColumn, Statement } from '../model/statement.js';
import { queryOf } from './queries.js';
import { type Reader, textsOf } from './reader.js';
import { aliasOf, tableOf } from './relations.js';
import { isWriteNode, targetOf } from './writes.js';

/** A statement and what it is called. */
export interface Titled {
  readonly verb: string;
  readonly statement: Statement;
}

const NONE: Statement = { kind: 'none' };
const OPAQUE: Statement = { kind: 'opaque' };

/** Statements of these names ending in `Stmt` change no data of tables and read none. */
const WITHOUT_DATA =
  /^(?:VariableSet|VariableShow|Transaction|Grant|GrantRole|CreateRole|AlterRole|AlterRoleSet|DropRole|Comment|Vacuum|CreateSchema|CreateExtension|AlterExtension|AlterExtensionContents|Index|CreateSeq|AlterSeq|CheckPoint|Listen|Notify|Unlisten|Lock|Deallocate|Discard|Cluster|Reindex|CreateFunction|AlterFunction|CreateTrig|CreateEventTrig|AlterEventTrig|Rule|CreateDomain|AlterDomain|CreateEnum|AlterEnum|CompositeType|CreateRange|Define|AlterOwner|AlterOperator|AlterType|CreatePolicy|AlterPolicy|SecLabel|Createdb|AlterDatabase|AlterDatabaseSet|AlterDatabaseRefreshColl|Dropdb|CreateTableSpace|DropTableSpace|AlterTableSpaceOptions|AlterTableMoveAll|CreateStats|AlterStats|CreateFdw|AlterFdw|CreateForeignServer|AlterForeignServer|CreateUserMapping|AlterUserMapping|DropUserMapping|ImportForeignSchema|CreatePublication|AlterPublication|CreateSubscription|AlterSubscription|DropSubscription|ConstraintsSet|CreateAm|CreateCast|CreateConversion|CreatePLang|CreateOpClass|CreateOpFamily|AlterOpFamily|CreateTransform|AlterDefaultPrivileges|AlterObjectDepends|AlterSystem|AlterTSDictionary|AlterTSConfiguration|AlterCollation|ReassignOwned|DropOwned|Fetch|ClosePortal|Load|WaitStmt)Stmt$/;

const TABLES: ReadonlySet<string> = new Set([
  'OBJECT_TABLE',
  'OBJECT_VIEW',
  'OBJECT_MATVIEW',
  'OBJECT_FOREIGN_TABLE',
]);

/** Reads one statement. What it cannot tell, it tells the reader. */
export function statementOf(reader: Reader, node: Node): Titled {
  if ('SelectStmt' in node) return selectOf(reader, node, node.SelectStmt);
  if (isWriteNode(node)) {
    const verb = Object.keys(node)[0]!.replace('Stmt', '').toUpperCase();
    return { verb, statement: { kind: 'write', query: queryOf(reader, node) } };
  }
  if ('CreateTableAsStmt' in node) {
    const { into, query, objtype } = node.CreateTableAsStmt;
    return createAs(reader, into, query!, objtype === 'OBJECT_MATVIEW');
  }
  if ('ViewStmt' in node) {
    const { view, aliases, query, replace } = node.ViewStmt;
    const columns = textsOf(aliases);
    return {
      verb: 'CREATE VIEW',
      statement: {
        kind: 'create-as',
        object: 'view',
        table: tableOf(reader, view!),
        query: reader.query(query!),
        isTemporary: isTemporary(view),
        isReplacing: replace === true,
        ...(columns.length === 0 ? {} : { columns }),
      },
    };
  }
  if ('CreateStmt' in node) return createTable(reader, node.CreateStmt);
  if ('CreateForeignTableStmt' in node) return createTable(reader, node.CreateForeignTableStmt.base!);
  if ('RefreshMatViewStmt' in node) {
    const table = tableOf(reader, node.RefreshMatViewStmt.relation!);
    return { verb: 'REFRESH MATERIALIZED VIEW', statement: { kind: 'refresh', table } };
  }
  if ('CopyStmt' in node) return copyOf(reader, node.CopyStmt);
  return definitionOf(reader, node) ?? otherOf(reader, node);
}

function selectOf(reader: Reader, node: Node, select: SelectStmt): Titled {
  const into = intoOf(select);
  if (into === undefined)
    return { verb: 'SELECT', statement: { kind: 'query', query: queryOf(reader, node) } };
  const { statement } = createAs(reader, into, node, false);
  return { verb: 'SELECT INTO', statement };
}

/** INTO stands in the first branch of a UNION. */
function intoOf(select: SelectStmt): IntoClause | undefined {
  for (let at: SelectStmt | undefined = select; at !== undefined; at = at.larg)
    if (at.intoClause !== undefined) return at.intoClause;
  return undefined;
}

function createAs(reader: Reader, into: IntoClause | undefined, query: Node, isView: boolean): Titled {
  const verb = isView ? 'CREATE MATERIALIZED VIEW' : 'CREATE TABLE AS';
  if ('ExecuteStmt' in query) {
    reader.tell('prepared-statement', `EXECUTE ${query.ExecuteStmt.name ?? ''}`, undefined);
    return { verb, statement: OPAQUE };
  }
  const columns = textsOf(into?.colNames);
  return {
    verb,
    statement: {
      kind: 'create-as',
      object: isView ? 'materialized-view' : 'table',
      table: tableOf(reader, into?.rel ?? {}),
      query: reader.query(query),
      isTemporary: isTemporary(into?.rel),
      isReplacing: false,
      ...(columns.length === 0 ? {} : { columns }),
    },
  };
}

function isTemporary(relation: RangeVar | undefined): boolean {
  return relation?.relpersistence === 't' || relation?.schemaname === 'pg_temp';
}

function createTable(reader: Reader, create: CreateStmt): Titled {
  const like = [...(create.inhRelations ?? []), ...(create.tableElts ?? [])].flatMap((node): TableName[] => {
    if ('RangeVar' in node) return [tableOf(reader, node.RangeVar)];
    return 'TableLikeClause' in node ? [tableOf(reader, node.TableLikeClause.relation!)] : [];
  });
  const columns = (create.tableElts ?? []).flatMap((node): DefinedColumn[] =>
    'ColumnDef' in node
      ? [{ name: node.ColumnDef.colname ?? '', type: textsOf(node.ColumnDef.typeName?.names).at(-1) }]
      : [],
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
    },
  };
}

function copyOf(reader: Reader, copy: CopyStmt): Titled {
  const { relation, query, attlist, is_from, is_program, filename } = copy;
  if (is_program === true) reader.tell('external-program', filename ?? '', relation?.location);
  const file = filename === undefined || is_program === true ? {} : { file: { path: filename } };
  const names = textsOf(attlist);
  if (is_from === true) {
    const columns = names.length === 0 ? {} : { columns: names };
    return {
      verb: 'COPY FROM',
      statement: { kind: 'copy-from', target: targetOf(reader, relation), ...columns, ...file },
    };
  }
  const source = query === undefined ? tableAsQuery(reader, relation, names) : reader.query(query);
  return { verb: 'COPY TO', statement: { kind: 'copy-to', query: source, ...file } };
}

function tableAsQuery(reader: Reader, relation: RangeVar | undefined, names: readonly string[]) {
  const table = tableOf(reader, relation ?? {});
  return plainQuery({
    kind: 'select',
    items:
      names.length === 0
        ? [{ kind: 'star', at: table.at }]
        : names.map((name) => ({
            kind: 'value' as const,
            name,
            value: { kind: 'column' as const, parts: [name], at: table.at },
          })),
    from: [{ kind: 'table', table, ...aliasOf(relation?.alias) }],
    groupBy: [],
    distinctOn: [],
  });
}

/** Statements that change tables themselves. */
function definitionOf(reader: Reader, node: Node): Titled | undefined {
  if ('TruncateStmt' in node) {
    const tables = (node.TruncateStmt.relations ?? []).flatMap((relation) =>
      'RangeVar' in relation ? [tableOf(reader, relation.RangeVar)] : [],
    );
    return { verb: 'TRUNCATE', statement: { kind: 'lifecycle', change: 'TRUNCATE', tables } };
  }
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
    const { relation, objtype } = node.AlterTableStmt;
    if (!TABLES.has(objtype ?? '') || relation === undefined) return { verb: 'ALTER', statement: NONE };
    const tables = [tableOf(reader, relation)];
    return { verb: 'ALTER TABLE', statement: { kind: 'lifecycle', change: 'ALTER', tables } };
  }
  return undefined;
}

function dropOf(reader: Reader, { removeType, objects }: DropStmt): Titled {
  const verb = `DROP ${String(removeType).replace('OBJECT_', '').replace('MATVIEW', 'MATERIALIZED VIEW').replaceAll('_', ' ')}`;
  if (!TABLES.has(removeType ?? '')) return { verb, statement: NONE };
  const tables = (objects ?? []).flatMap((object): TableName[] =>
    'List' in object ? [{ parts: textsOf(object.List.items), at: reader.at(undefined) }] : [],
  );
  return { verb, statement: { kind: 'lifecycle', change: 'DROP', tables } };
}

function renameOf(reader: Reader, { renameType, relationType, relation, newname }: RenameStmt): Titled {
  if (relation === undefined) return { verb: 'ALTER', statement: NONE };
  const table = tableOf(reader, relation);
  if (TABLES.has(renameType ?? '') && newname !== undefined)
    return renamed(table, { ...table, parts: [...table.parts.slice(0, -1), newname] });
  if (renameType !== 'OBJECT_COLUMN' || !TABLES.has(relationType ?? ''))
    return { verb: 'ALTER', statement: NONE };
  return { verb: 'ALTER TABLE', statement: { kind: 'lifecycle', change: 'ALTER', tables: [table] } };
}

function renamed(table: TableName, becomes: TableName): Titled {
  return {
    verb: 'ALTER TABLE RENAME',
    statement: { kind: 'lifecycle', change: 'RENAME', tables: [table], becomes },
  };
}

/** Verbs of statements whose nodes are called otherwise. */
const VERBS: Readonly<Record<string, string>> = {
  VariableSetStmt: 'SET',
  VariableShowStmt: 'SHOW',
  IndexStmt: 'CREATE INDEX',
  RuleStmt: 'CREATE RULE',
  DefineStmt: 'CREATE',
  CreateTrigStmt: 'CREATE TRIGGER',
  CreateSeqStmt: 'CREATE SEQUENCE',
  DeclareCursorStmt: 'DECLARE CURSOR',
  ClosePortalStmt: 'CLOSE',
};

function wordsOf(tag: string): string {
  return tag.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toUpperCase();
}

function otherOf(reader: Reader, node: Node): Titled {
  const [tag = ''] = Object.keys(node);
  const verb = VERBS[tag] ?? wordsOf(tag.replace(/Stmt$/, ''));
  if ('ExplainStmt' in node) {
    const { query, options } = node.ExplainStmt;
    const runs = options?.some((option) => 'DefElem' in option && option.DefElem.defname === 'analyze');
    // EXPLAIN ANALYZE runs the statement.
    return { verb, statement: runs === true && query ? statementOf(reader, query).statement : NONE };
  }
  if ('DeclareCursorStmt' in node) {
    const { query } = node.DeclareCursorStmt;
    return { verb, statement: query === undefined ? NONE : { kind: 'query', query: reader.query(query) } };
  }
  if (WITHOUT_DATA.test(tag)) return { verb, statement: NONE };
  if ('DoStmt' in node) reader.tell('dynamic-sql', 'DO', undefined);
  else if ('CallStmt' in node) {
    const { funcname, location } = node.CallStmt.funccall ?? {};
    reader.tell('unknown-function', textsOf(funcname).join('.'), location);
  } else if ('PrepareStmt' in node)
    reader.tell('prepared-statement', `PREPARE ${node.PrepareStmt.name ?? ''}`, undefined);
  else if ('ExecuteStmt' in node)
    reader.tell('prepared-statement', `EXECUTE ${node.ExecuteStmt.name ?? ''}`, undefined);
  else reader.tell('unsupported-construct', tag, undefined);
  return { verb, statement: OPAQUE };
}
