import { afterAll, describe, expect, it } from '@jest/globals';
import { SqlStatements } from '../../lineage/index.js';
import { EventStatements } from './event-statements.js';

const reader = new EventStatements(new SqlStatements());
afterAll(() => reader.onApplicationShutdown());

const TABLES = {
  orders: { name: 'SHOP.RAW.ORDERS', columns: ['ID', 'Customer', 'TOTAL', 'DAY', 'name'] },
  customers: { name: 'SHOP.RAW.CUSTOMERS', columns: ['ID', 'EMAIL', 'COUNTRY'] },
};
const OUTPUT = { name: 'SHOP.MART.T', columns: ['A', 'B'] };

/** `A from ORDERS.ID`, direct ones; undefined where nothing is told. */
async function told(
  query: string,
  tables = Object.values(TABLES),
  output = OUTPUT,
): Promise<string[] | undefined> {
  const { outputs, problems } = await reader.read({
    ...{ dialect: 'common', query, inputs: tables, outputs: [output], isResultWritten: false },
  });
  expect(problems).toEqual([]);
  return outputs[0]?.columns
    .filter(({ transformation }) => transformation === 'direct')
    .map(
      ({ source, sourceColumn, targetColumn }) =>
        `${targetColumn} from ${source.split('.').at(-1)}.${sourceColumn}`,
    )
    .sort();
}

describe('SQL of any engine is read where it says the same in all', () => {
  it.each([
    [
      'INSERT INTO mart.t (a, b) SELECT o.id, SUM(o.total) FROM raw.orders o GROUP BY o.id',
      ['A from ORDERS.ID', 'B from ORDERS.TOTAL'],
    ],
    [
      'insert into T (B, A) select Email, Country from Customers',
      ['A from CUSTOMERS.COUNTRY', 'B from CUSTOMERS.EMAIL'],
    ],
    [
      'INSERT INTO t SELECT id, total FROM orders -- all of them',
      ['A from ORDERS.ID', 'B from ORDERS.TOTAL'],
    ],
    [
      "CREATE TABLE mart.t AS WITH sums AS (SELECT customer, SUM(total) AS total FROM raw.orders WHERE day > '2026-01-01' GROUP BY customer) SELECT c.email AS a, COALESCE(s.total, 0) AS b FROM sums s JOIN raw.customers c ON c.id = s.customer",
      ['A from CUSTOMERS.EMAIL', 'B from ORDERS.TOTAL'],
    ],
    [
      "BEGIN; TRUNCATE TABLE t; INSERT INTO t (a, b) SELECT CASE WHEN name = 'x' THEN customer ELSE name END, CAST(total AS varchar(10)) || 'e' FROM orders WHERE id IN (SELECT id FROM customers); COMMIT",
      ['A from ORDERS.Customer', 'A from ORDERS.name', 'B from ORDERS.TOTAL'],
    ],
    [
      'INSERT INTO t (a, b) SELECT id, ROW_NUMBER() OVER (PARTITION BY id ORDER BY total) FROM orders UNION ALL SELECT c.id, c.country FROM customers c',
      ['A from CUSTOMERS.ID', 'A from ORDERS.ID', 'B from CUSTOMERS.COUNTRY'],
    ],
  ])('%s', async (query, columns) => expect(await told(query)).toEqual(columns));

  it.each([
    ['a text, or a name', 'INSERT INTO t (a, b) SELECT "email", id FROM customers'],
    ['a name in quotes of another kind', 'INSERT INTO t (a, b) SELECT `email`, id FROM customers'],
    ['an escape', "INSERT INTO t (a, b) SELECT 'it\\'s, id, ', email FROM customers"],
    ['a comment of MySQL', 'INSERT INTO t (a, b) SELECT id # total\n, customer FROM orders'],
    ['a comment of Snowflake', 'INSERT INTO t (a, b) SELECT id, total // day\n FROM orders'],
    ['a comment that is code', 'INSERT INTO t (a, b) SELECT id, /*! total + */ customer FROM orders'],
    ['two minus signs', 'INSERT INTO t (a, b) SELECT id, total --day\n FROM orders'],
    ['a variable', 'INSERT INTO t (a, b) SELECT @id, total FROM orders'],
    ['a path in a variant', 'INSERT INTO t (a, b) SELECT id, total:day FROM orders'],
    ['a column by another name as a text', "INSERT INTO t (a, b) SELECT id, name 'Customer' FROM orders"],
    ['a name for a comparison', 'INSERT INTO t (a, b) SELECT id = customer, total FROM orders'],
    ['a part of a date', 'INSERT INTO t (a, b) SELECT id, DATEDIFF(day, customer, name) FROM orders'],
    ['a part of a date in BigQuery', 'INSERT INTO t (a, b) SELECT id, DATE_TRUNC(total, day) FROM orders'],
    ['a function without brackets', 'INSERT INTO t (a, b) SELECT id, sysdate FROM orders'],
    ['a name given in the same list', 'INSERT INTO t (a, b) SELECT customer AS total, total + 1 FROM orders'],
    [
      'a name given, grouped by',
      'INSERT INTO t (a, b) SELECT UPPER(name) AS name, COUNT(*) FROM orders GROUP BY name',
    ],
    [
      'a semi join',
      'INSERT INTO t (a, b) SELECT email, country FROM customers SEMI JOIN orders ON orders.id = customers.id',
    ],
    [
      'a struct by the name of a table',
      'INSERT INTO t (a, b) SELECT name.id, name.email FROM customers AS name',
    ],
    ['a field of a struct', 'INSERT INTO t (a, b) SELECT id, orders.customer.day FROM orders'],
    ['a row', 'INSERT INTO t (a, b) SELECT id, orders FROM orders'],
    [
      'a query that may name itself',
      'INSERT INTO t (a, b) WITH orders AS (SELECT id, total FROM orders) SELECT id, total FROM orders',
    ],
    ['a star into columns without names', 'INSERT INTO t SELECT * FROM (SELECT id, total FROM orders) o'],
    ['fewer values than columns', 'INSERT INTO t SELECT id FROM orders'],
    ['an alias of columns', 'INSERT INTO t (a, b) SELECT x, y FROM orders AS o (x, y)'],
    ['columns joined by name', 'INSERT INTO t (a, b) SELECT id, email FROM orders JOIN customers USING (id)'],
    ['a change of rows', 'UPDATE t SET a = id FROM orders'],
    [
      'a statement of another kind beside it',
      'INSERT INTO t (a, b) SELECT id, total FROM orders; DELETE FROM t WHERE a = 1',
    ],
    ['what no other engine says', 'INSERT INTO t (a, b) SELECT DISTINCT ON (id) id, total FROM orders'],
    ['a column that the output has not', 'CREATE TABLE t AS SELECT id AS a, total FROM orders'],
    [
      'a table that the event does not name',
      'INSERT INTO t (a, b) SELECT o.id, p.total FROM orders o JOIN payments p ON p.total = o.total',
    ],
  ])('but not %s', async (_what, query) => expect(await told(query)).toBeUndefined());

  it('and the same text is read once', async () => {
    const inputs = Object.values(TABLES);
    for (const query of [
      'INSERT INTO t (a, b) SELECT id, total FROM orders',
      'INSERT INTO t SELECT sysdate',
    ]) {
      const question = {
        dialect: 'common',
        query,
        inputs,
        outputs: [OUTPUT],
        isResultWritten: false,
      } as const;
      expect(await reader.read(question)).toBe(await reader.read(question));
    }
  });

  it('and what is too deep is none', async () => {
    for (const levels of [300, 740, 1_000])
      expect(await told(`INSERT INTO t (a, b) SELECT id${' + 1'.repeat(levels)}, total FROM orders`)).toEqual(
        levels === 1_000 ? undefined : ['A from ORDERS.ID', 'B from ORDERS.TOTAL'],
      );
  });

  it('but not of tables whose columns are not known, or differ in case alone', async () => {
    const query = 'INSERT INTO t (a, b) SELECT id, total FROM orders';
    expect(await told(query)).toEqual(['A from ORDERS.ID', 'B from ORDERS.TOTAL']);
    expect(await told(query, [{ name: 'SHOP.RAW.ORDERS' } as typeof OUTPUT])).toBeUndefined();
    expect(await told(query, [{ name: 'SHOP.RAW.ORDERS', columns: ['ID', 'id', 'TOTAL'] }])).toBeUndefined();
    expect(await told(query, [TABLES.orders, { name: 'shop.raw.orders', columns: ['X'] }])).toBeUndefined();
  });
});
