import type { CopyStmt, DefElem, IntoClause, Node, RangeVar, SelectStmt } from 'libpg-query';
import { plainQuery } from '../model/query.js';
import type { Statement } from '../model/statement.js';
import { definitionOf, isTemporary, settingOf, type Titled } from './definitions.js';
import { queryOf } from './queries.js';
import { type Reader, textsOf } from './reader.js';
import { aliasOf, tableOf } from './relations.js';
import { isWriteNode, targetOf } from './writes.js';

const NONE: Statement = { kind: 'none' };
const OPAQUE: Statement = { kind: 'opaque' };

/** Statements of these names ending in `Stmt` change no data of tables and read none. */
const WITHOUT_DATA =
  /^(?:VariableShow|Transaction|Grant|GrantRole|CreateRole|AlterRole|AlterRoleSet|DropRole|Comment|Vacuum|CreateSchema|CreateExtension|AlterExtension|AlterExtensionContents|Index|CreateSeq|AlterSeq|CheckPoint|Listen|Notify|Unlisten|Lock|Deallocate|Discard|Cluster|Reindex|CreateFunction|AlterFunction|CreateTrig|CreateEventTrig|AlterEventTrig|Rule|CreateDomain|AlterDomain|CreateEnum|AlterEnum|CompositeType|CreateRange|Define|AlterOwner|AlterOperator|AlterType|CreatePolicy|AlterPolicy|SecLabel|Createdb|AlterDatabase|AlterDatabaseSet|AlterDatabaseRefreshColl|Dropdb|CreateTableSpace|DropTableSpace|AlterTableSpaceOptions|AlterTableMoveAll|CreateStats|AlterStats|CreateFdw|AlterFdw|CreateForeignServer|AlterForeignServer|CreateUserMapping|AlterUserMapping|DropUserMapping|ImportForeignSchema|CreatePublication|AlterPublication|CreateSubscription|AlterSubscription|DropSubscription|ConstraintsSet|CreateAm|CreateCast|CreateConversion|CreatePLang|CreateOpClass|CreateOpFamily|AlterOpFamily|CreateTransform|AlterDefaultPrivileges|AlterObjectDepends|AlterSystem|AlterTSDictionary|AlterTSConfiguration|AlterCollation|ReassignOwned|DropOwned|Fetch|ClosePortal|Load|WaitStmt)Stmt$/;

/** Reads one statement. What it cannot tell, it tells the reader. */
export function statementOf(reader: Reader, node: Node): Titled {
  if ('SelectStmt' in node) return selectOf(reader, node, node.SelectStmt);
  if (isWriteNode(node)) {
    const verb = Object.keys(node)[0]!.replace('Stmt', '').toUpperCase();
    return { verb, statement: { kind: 'write', query: queryOf(reader, node) } };
  }
  if ('CreateTableAsStmt' in node) {
    const { into, query, objtype, if_not_exists } = node.CreateTableAsStmt;
    return createAs(reader, into, query!, objtype === 'OBJECT_MATVIEW', if_not_exists === true);
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
        isConditional: false,
        ...(columns.length === 0 ? {} : { columns }),
      },
    };
  }
  if ('RefreshMatViewStmt' in node) {
    const table = tableOf(reader, node.RefreshMatViewStmt.relation!);
    return { verb: 'REFRESH MATERIALIZED VIEW', statement: { kind: 'refresh', table } };
  }
  if ('CopyStmt' in node) return copyOf(reader, node.CopyStmt);
  return definitionOf(reader, node) ?? otherOf(reader, node);
}

function selectOf(reader: Reader, node: Node, select: SelectStmt): Titled {
  const setting = settingOf(select);
  if (setting !== undefined) return { verb: 'SELECT', statement: setting };
  const into = intoOf(select);
  if (into === undefined)
    return { verb: 'SELECT', statement: { kind: 'query', query: queryOf(reader, node) } };
  const { statement } = createAs(reader, into, node, false, false);
  return { verb: 'SELECT INTO', statement };
}

/** INTO stands in the first branch of a UNION. */
function intoOf(select: SelectStmt): IntoClause | undefined {
  for (let at: SelectStmt | undefined = select; at !== undefined; at = at.larg)
    if (at.intoClause !== undefined) return at.intoClause;
  return undefined;
}

function createAs(
  reader: Reader,
  into: IntoClause | undefined,
  query: Node,
  isView: boolean,
  isConditional: boolean,
): Titled {
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
      isConditional,
      ...(columns.length === 0 ? {} : { columns }),
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

/** Verbs of statements whose nodes are called otherwise. */
const VERBS: Readonly<Record<string, string>> = {
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

function isAnalyze({ defname, arg }: DefElem): boolean {
  if (defname !== 'analyze') return false;
  return !/^(?:off|false|0)$/i.test(arg === undefined ? '' : (textsOf([arg])[0] ?? String(integerOf(arg))));
}

function integerOf(node: Node): number | undefined {
  return 'Integer' in node ? (node.Integer.ival ?? 0) : undefined;
}

function otherOf(reader: Reader, node: Node): Titled {
  const [tag = ''] = Object.keys(node);
  const verb = VERBS[tag] ?? wordsOf(tag.replace(/Stmt$/, ''));
  if ('ExplainStmt' in node) {
    const { query, options } = node.ExplainStmt;
    const runs = options?.some((option) => 'DefElem' in option && isAnalyze(option.DefElem));
    // EXPLAIN ANALYZE runs the statement.
    return { verb, statement: runs === true && query ? statementOf(reader, query).statement : NONE };
  }
  if ('DeclareCursorStmt' in node) {
    const { query } = node.DeclareCursorStmt;
    return { verb, statement: query === undefined ? NONE : { kind: 'query', query: reader.query(query) } };
  }
  if ('CreateSchemaStmt' in node && (node.CreateSchemaStmt.schemaElts ?? []).length > 0) {
    reader.tell('unsupported-construct', 'CREATE SCHEMA with what it holds', undefined);
    return { verb, statement: OPAQUE };
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
