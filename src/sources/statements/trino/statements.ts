import { plainQuery } from '../model/query.js';
import type { Assignment, MergeCase, Statement, Write } from '../model/statement.js';
import type { Cursor } from './cursor.js';
import { alterOf, createOf, dropOf, lifecycle } from './definitions.js';
import { expressionOf } from './expressions.js';
import { relationOf } from './relations.js';
import { skipScoped } from './scoped.js';
import { passOver, tableOf, type Titled } from './shared.js';

const OPAQUE: Statement = { kind: 'opaque' };

/** First words of statements that read and change no data of tables. */
const WITHOUT_DATA: ReadonlySet<string> = new Set(
  'GRANT REVOKE DENY SET RESET SHOW START COMMIT ROLLBACK DEALLOCATE ANALYZE DESC DESCRIBE COMMENT'.split(
    ' ',
  ),
);

/**
 * Reads one statement.
 * @param readText reads the text of EXECUTE IMMEDIATE
 * @throws {SyntaxFault}
 */
export function statementOf(cursor: Cursor, readText: (text: string) => Titled): Titled {
  const { text: verb, start, type } = cursor.peek();
  if (type === 'word' && WITHOUT_DATA.has(verb)) return passOver(cursor, verb);
  switch (type === 'word' ? verb : '(') {
    case 'USE': {
      cursor.take();
      const path = cursor.path();
      const [schema, catalog] = [...path].reverse();
      const place = catalog === undefined ? {} : { catalog };
      return { verb, statement: { kind: 'use', schemas: [schema!], ...place } };
    }
    case 'INSERT':
      return { verb, statement: written(insertOf(cursor)) };
    case 'UPDATE':
      return { verb, statement: written(updateOf(cursor)) };
    case 'DELETE':
      return { verb, statement: written(deleteOf(cursor)) };
    case 'MERGE':
      return { verb, statement: written(mergeOf(cursor)) };
    case 'TRUNCATE':
      cursor.expect('TRUNCATE', 'TABLE');
      return lifecycle('TRUNCATE', 'TRUNCATE', [tableOf(cursor)]);
    case 'CREATE':
      return createOf(cursor);
    case 'DROP':
      return dropOf(cursor);
    case 'ALTER':
      return alterOf(cursor);
    case 'REFRESH':
      cursor.expect('REFRESH', 'MATERIALIZED', 'VIEW');
      return { verb: 'REFRESH MATERIALIZED VIEW', statement: { kind: 'refresh', table: tableOf(cursor) } };
    case 'EXPLAIN':
      return explainOf(cursor, readText);
    case 'CALL':
      cursor.take();
      cursor.tell('unknown-function', cursor.path().join('.'), start);
      return { ...passOver(cursor, verb), statement: OPAQUE };
    case 'PREPARE':
      cursor.take();
      cursor.tell('prepared-statement', `PREPARE ${cursor.name()}`, start);
      return { ...passOver(cursor, verb), statement: OPAQUE };
    case 'EXECUTE':
      return executeOf(cursor, readText);
    default:
      skipScoped(cursor);
      return { verb: 'SELECT', statement: { kind: 'query', query: cursor.query() } };
  }
}

function written(write: Write): Statement {
  return { kind: 'write', query: plainQuery({ kind: 'write', write }) };
}

function insertOf(cursor: Cursor): Write {
  cursor.expect('INSERT', 'INTO');
  const target = { table: tableOf(cursor) };
  // What is in parentheses may be the query as well.
  const isList = cursor.isNext('(') && cursor.isName(1) && [',', ')'].includes(cursor.peek(2).text);
  const columns = isList ? cursor.nameList() : undefined;
  skipScoped(cursor);
  const source = cursor.query();
  return { kind: 'insert', target, source, returning: [], ...(columns === undefined ? {} : { columns }) };
}

function assignmentOf(cursor: Cursor): Assignment {
  const columns = [cursor.name()];
  cursor.expect('=');
  return { columns, value: expressionOf(cursor) };
}

function updateOf(cursor: Cursor): Write {
  cursor.expect('UPDATE');
  const target = { table: tableOf(cursor) };
  cursor.expect('SET');
  const set = cursor.listOf(() => assignmentOf(cursor));
  return { kind: 'update', target, set, from: [], returning: [], ...whereOf(cursor) };
}

function deleteOf(cursor: Cursor): Write {
  cursor.expect('DELETE', 'FROM');
  return { kind: 'delete', target: { table: tableOf(cursor) }, from: [], returning: [], ...whereOf(cursor) };
}

function whereOf(cursor: Cursor): Pick<Write & { kind: 'delete' }, 'where'> {
  return cursor.accept('WHERE') ? { where: expressionOf(cursor) } : {};
}

function mergeOf(cursor: Cursor): Write {
  cursor.expect('MERGE', 'INTO');
  const table = tableOf(cursor);
  const isAliased = cursor.accept('AS') || !cursor.isNext('USING');
  const alias = isAliased ? { alias: { name: cursor.name() } } : {};
  cursor.expect('USING');
  const source = relationOf(cursor);
  cursor.expect('ON');
  const on = expressionOf(cursor);
  const cases: MergeCase[] = [];
  while (cursor.accept('WHEN')) cases.push(mergeCaseOf(cursor));
  if (cases.length === 0) throw cursor.fault('WHEN');
  return { kind: 'merge', target: { table, ...alias }, source, on, cases, returning: [] };
}

function mergeCaseOf(cursor: Cursor): MergeCase {
  cursor.accept('NOT');
  cursor.expect('MATCHED');
  const condition = cursor.accept('AND') ? { condition: expressionOf(cursor) } : {};
  cursor.expect('THEN');
  if (cursor.accept('DELETE')) return { action: { kind: 'delete' }, ...condition };
  if (cursor.accept('UPDATE', 'SET')) {
    const set = cursor.listOf(() => assignmentOf(cursor));
    return { action: { kind: 'update', set }, ...condition };
  }
  cursor.expect('INSERT');
  const columns = cursor.nameList();
  cursor.expect('VALUES');
  const values = cursor.inParentheses(() => cursor.listOf(() => expressionOf(cursor)));
  return {
    action: { kind: 'insert', values, ...(columns === undefined ? {} : { columns }) },
    ...condition,
  };
}

/** EXPLAIN ANALYZE runs the statement. */
function explainOf(cursor: Cursor, readText: (text: string) => Titled): Titled {
  cursor.expect('EXPLAIN');
  if (!cursor.accept('ANALYZE')) return passOver(cursor, 'EXPLAIN');
  if (cursor.isName() && (cursor.peek(1).type === 'end' || ['.', 'WITH'].includes(cursor.peek(1).text)))
    return passOver(cursor, 'EXPLAIN'); // Of `ANALYZE t`.
  cursor.accept('VERBOSE');
  return { verb: 'EXPLAIN ANALYZE', statement: statementOf(cursor, readText).statement };
}

function executeOf(cursor: Cursor, readText: (text: string) => Titled): Titled {
  const { start } = cursor.peek();
  cursor.expect('EXECUTE');
  if (cursor.accept('IMMEDIATE')) {
    const { type, text } = cursor.take();
    if (type !== 'string') throw cursor.fault('a string');
    cursor.skipToEnd(); // Values are constants.
    return { verb: 'EXECUTE IMMEDIATE', statement: readText(text).statement };
  }
  cursor.tell('prepared-statement', `EXECUTE ${cursor.name()}`, start);
  return { ...passOver(cursor, 'EXECUTE'), statement: OPAQUE };
}
