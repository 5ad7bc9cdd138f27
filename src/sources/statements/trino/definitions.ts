import type { Query, TableName } from '../model/query.js';
import type { ColumnChange, DefinedColumn, Lifecycle, Statement } from '../model/statement.js';
import type { Cursor } from './cursor.js';
import { skipScoped } from './scoped.js';
import { passOver, tableOf, type Titled } from './shared.js';
import { skipType } from './types.js';

/** CREATE of a table or view; of anything else it says nothing of data. */
export function createOf(cursor: Cursor): Titled {
  cursor.expect('CREATE');
  const isReplacing = cursor.accept('OR', 'REPLACE');
  const isMaterialized = cursor.accept('MATERIALIZED');
  if (cursor.accept('VIEW')) return createView(cursor, isMaterialized, isReplacing);
  if (cursor.accept('TABLE')) return createTable(cursor, isReplacing);
  return passOver(cursor, `CREATE ${cursor.peek().text}`);
}

function createView(cursor: Cursor, isMaterialized: boolean, isReplacing: boolean): Titled {
  const isConditional = cursor.accept('IF', 'NOT', 'EXISTS');
  const table = tableOf(cursor);
  if (cursor.isNext('(')) throw cursor.fault('AS');
  while (!cursor.accept('AS')) {
    // COMMENT, SECURITY, GRACE PERIOD and properties say nothing of data.
    if (cursor.peek().type === 'end') throw cursor.fault('AS');
    if (cursor.isNext('(')) cursor.skipParentheses();
    else cursor.take();
  }
  skipScoped(cursor);
  const query = cursor.query();
  const object = isMaterialized ? 'materialized-view' : 'view';
  return {
    verb: isMaterialized ? 'CREATE MATERIALIZED VIEW' : 'CREATE VIEW',
    statement: { kind: 'create-as', object, table, query, isTemporary: false, isReplacing, isConditional },
  };
}

function createTable(cursor: Cursor, isReplacing: boolean): Titled {
  const isConditional = cursor.accept('IF', 'NOT', 'EXISTS');
  const table = tableOf(cursor);
  const isList = cursor.isNext('(') && cursor.isName(1) && [',', ')'].includes(cursor.peek(2).text);
  const columns = isList ? cursor.nameList() : undefined;
  const elements = !isList && cursor.isNext('(') ? elementsOf(cursor) : undefined;
  if (cursor.accept('COMMENT')) cursor.take();
  if (cursor.accept('WITH')) cursor.skipParentheses();
  if (elements !== undefined) {
    const statement: Statement = {
      kind: 'create-table',
      table,
      ...elements,
      isTemporary: false,
      isConditional,
    };
    return { verb: 'CREATE TABLE', statement };
  }
  cursor.expect('AS');
  skipScoped(cursor);
  const query: Query = cursor.query();
  if (cursor.accept('WITH')) {
    cursor.accept('NO');
    cursor.expect('DATA');
  }
  return {
    verb: 'CREATE TABLE AS',
    statement: {
      ...{ kind: 'create-as', object: 'table', table, query, isTemporary: false, isReplacing, isConditional },
      ...(columns === undefined ? {} : { columns }),
    },
  };
}

function elementsOf(cursor: Cursor): { columns: DefinedColumn[]; like: TableName[] } {
  const columns: DefinedColumn[] = [];
  const like: TableName[] = [];
  cursor.inParentheses(() =>
    cursor.listOf(() => {
      if (cursor.accept('LIKE')) {
        like.push(tableOf(cursor));
        if (cursor.isNextAnyOf('INCLUDING', 'EXCLUDING')) cursor.at += 2;
        return;
      }
      columns.push({ name: cursor.path().join('.'), type: skipType(cursor) });
      // NOT NULL, DEFAULT, COMMENT and properties.
      while (!cursor.isNextAnyOf(',', ')')) {
        if (cursor.peek().type === 'end') throw cursor.fault(')');
        if (cursor.isNext('(')) cursor.skipParentheses();
        else cursor.take();
      }
    }),
  );
  return { columns, like };
}

/** A statement that changes a table itself. */
export function lifecycle(
  verb: string,
  change: Lifecycle,
  tables: readonly TableName[],
  becomes?: TableName,
): Titled {
  const statement: Statement = { kind: 'lifecycle', change, tables };
  return { verb, statement: becomes === undefined ? statement : { ...statement, becomes } };
}

/** TABLE, VIEW or MATERIALIZED VIEW, if that comes. */
function objectOf(cursor: Cursor): string | undefined {
  if (cursor.accept('TABLE')) return 'TABLE';
  if (cursor.accept('VIEW')) return 'VIEW';
  return cursor.accept('MATERIALIZED', 'VIEW') ? 'MATERIALIZED VIEW' : undefined;
}

export function dropOf(cursor: Cursor): Titled {
  cursor.expect('DROP');
  const object = objectOf(cursor);
  if (object === undefined) return passOver(cursor, `DROP ${cursor.peek().text}`);
  cursor.accept('IF', 'EXISTS');
  return lifecycle(`DROP ${object}`, 'DROP', [tableOf(cursor)]);
}

export function alterOf(cursor: Cursor): Titled {
  cursor.expect('ALTER');
  const object = objectOf(cursor);
  if (object === undefined) return passOver(cursor, `ALTER ${cursor.peek().text}`);
  cursor.accept('IF', 'EXISTS');
  const table = tableOf(cursor);
  if (cursor.accept('RENAME', 'TO')) {
    const to = tableOf(cursor);
    // A name without schema stays where the table is.
    const parts = [...table.parts.slice(0, Math.max(0, table.parts.length - to.parts.length)), ...to.parts];
    return lifecycle(`ALTER ${object} RENAME`, 'RENAME', [table], { ...to, parts });
  }
  const verb = `ALTER ${object}`;
  if (cursor.isNext('EXECUTE')) return procedureOf(cursor, verb);
  const columns = columnChangesOf(cursor);
  if (columns === undefined && !cursor.isNextAnyOf('SET', 'REFRESH'))
    throw cursor.fault('ADD, ALTER, DROP, EXECUTE, RENAME or SET');
  const isElsewhere = restHas(cursor, 'FIRST', 'AFTER');
  if (columns === undefined) return { verb, statement: { kind: 'none' } };
  const { statement } = lifecycle(verb, 'ALTER', [table]);
  return { verb, statement: isElsewhere ? statement : ({ ...statement, columns } as Statement) };
}

/** Procedures that leave the rows of a table as they are. Source: Trino's documentation, connectors. */
const UPKEEP: ReadonlySet<string> = new Set(
  'optimize optimize_manifests expire_snapshots remove_orphan_files drop_extended_stats'.split(' '),
);

/** `ALTER TABLE t EXECUTE p(…)`: others than upkeep, as `add_files_from_table`, may read and write anything. */
function procedureOf(cursor: Cursor, verb: string): Titled {
  const { start } = cursor.peek();
  cursor.take();
  const name = cursor.name();
  if (UPKEEP.has(name)) return passOver(cursor, verb);
  cursor.tell('unknown-function', name, start);
  return { ...passOver(cursor, verb), statement: { kind: 'opaque' } };
}

/** Passes over the rest of the statement. @returns whether one of the words is in it */
function restHas(cursor: Cursor, ...words: readonly string[]): boolean {
  let has = false;
  while (cursor.peek().type !== 'end') {
    has ||= cursor.isNextAnyOf(...words);
    cursor.take();
  }
  return has;
}

/** What ALTER TABLE does to columns; undefined when it is about something else. Fields of rows are no columns. */
function columnChangesOf(cursor: Cursor): ColumnChange[] | undefined {
  if (cursor.accept('ADD', 'COLUMN')) {
    const isConditional = cursor.accept('IF', 'NOT', 'EXISTS');
    const path = cursor.path();
    const column = { name: path[0]!, type: skipType(cursor) };
    return path.length > 1 ? [] : [{ kind: 'add', column, isConditional }];
  }
  if (cursor.accept('DROP', 'COLUMN')) {
    cursor.accept('IF', 'EXISTS');
    const path = cursor.path();
    return path.length > 1 ? [] : [{ kind: 'drop', name: path[0]! }];
  }
  if (cursor.accept('RENAME', 'COLUMN')) {
    cursor.accept('IF', 'EXISTS');
    const path = cursor.path();
    cursor.expect('TO');
    return path.length > 1 ? [] : [{ kind: 'rename', name: path[0]!, to: cursor.name() }];
  }
  if (cursor.accept('ALTER', 'COLUMN')) {
    const path = cursor.path();
    if (!cursor.accept('SET', 'DATA', 'TYPE') || path.length > 1) return [];
    return [{ kind: 'type', name: path[0]!, type: skipType(cursor) }];
  }
  return undefined;
}
