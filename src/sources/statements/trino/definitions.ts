import type { Query, TableName } from '../model/query.js';
import type { DefinedColumn, Lifecycle, Statement } from '../model/statement.js';
import type { Cursor } from './cursor.js';
import { passOver, skipFunctions, tableOf, type Titled } from './shared.js';
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
  cursor.accept('IF', 'NOT', 'EXISTS');
  const table = tableOf(cursor);
  while (!cursor.accept('AS')) {
    // COMMENT, SECURITY, GRACE PERIOD and properties say nothing of data.
    if (cursor.peek().type === 'end') throw cursor.fault('AS');
    if (cursor.isNext('(')) cursor.skipParentheses();
    else cursor.take();
  }
  skipFunctions(cursor);
  const query = cursor.query();
  const object = isMaterialized ? 'materialized-view' : 'view';
  return {
    verb: isMaterialized ? 'CREATE MATERIALIZED VIEW' : 'CREATE VIEW',
    statement: { kind: 'create-as', object, table, query, isTemporary: false, isReplacing },
  };
}

function createTable(cursor: Cursor, isReplacing: boolean): Titled {
  cursor.accept('IF', 'NOT', 'EXISTS');
  const table = tableOf(cursor);
  const isList = cursor.isNext('(') && cursor.isName(1) && [',', ')'].includes(cursor.peek(2).text);
  const columns = isList ? cursor.nameList() : undefined;
  const elements = !isList && cursor.isNext('(') ? elementsOf(cursor) : undefined;
  if (cursor.accept('COMMENT')) cursor.take();
  if (cursor.accept('WITH')) cursor.skipParentheses();
  if (elements !== undefined) {
    const statement: Statement = { kind: 'create-table', table, ...elements, isTemporary: false };
    return { verb: 'CREATE TABLE', statement };
  }
  cursor.expect('AS');
  skipFunctions(cursor);
  const query: Query = cursor.query();
  if (cursor.accept('WITH')) {
    cursor.accept('NO');
    cursor.expect('DATA');
  }
  return {
    verb: 'CREATE TABLE AS',
    statement: {
      ...{ kind: 'create-as', object: 'table', table, query, isTemporary: false, isReplacing },
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
  const changesColumns = cursor.isNextAnyOf('ADD', 'DROP', 'RENAME', 'ALTER');
  cursor.skipToEnd();
  if (changesColumns) return lifecycle(`ALTER ${object}`, 'ALTER', [table]);
  return { verb: `ALTER ${object}`, statement: { kind: 'none' } };
}
