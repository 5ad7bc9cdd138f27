import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/database.js';
import { type AnalyzedStatement, analyzeText } from '../analysis.js';
import { QueryDrawer, TABLES } from '../testing/random-query.js';
import { named } from '../testing/schemas.js';
import { PostgresParser } from './postgres-parser.js';

/** Tables for queries that are written by hand; PostgreSQL itself says what these use. */
const SHOP = readFileSync(path.join(import.meta.dirname, 'oracle/schema.sql'), 'utf8');
const QUERIES = readFileSync(path.join(import.meta.dirname, 'oracle/queries.sql'), 'utf8')
  .split(/;\n/)
  .map((text) => text.trim())
  .filter((text) => text !== '');

const parser = new PostgresParser(60_000);
let database: TestDatabase;
let client: pg.Client;
let schemas: Map<string, string[]>;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('CREATE SCHEMA oracle; SET search_path = oracle');
  await client.query(SHOP);
  for (const [table, columns] of Object.entries(TABLES))
    await client.query(`CREATE TABLE ${table} (${columns.map((name) => `${name} bigint`).join(', ')})`);
  const { rows } = await client.query<{ table: string; columns: string[] }>(
    `SELECT c.oid::regclass::text AS "table", array_agg(a.attname::text ORDER BY a.attnum) AS columns FROM pg_class AS c
     JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relnamespace = 'oracle'::regnamespace AND c.relkind IN ('r', 'v') GROUP BY c.oid`,
  );
  schemas = new Map(rows.map(({ table, columns }) => [`db.oracle.${table.replaceAll('"', '')}`, columns]));
}, 60_000);
afterAll(async () => {
  await client.end();
  await database.drop();
  await parser.close();
});

/** What PostgreSQL says of a query: the names of its columns, and the columns of tables that it uses. */
async function truth(sql: string): Promise<{ columns: string[]; used: string[] }> {
  await client.query('BEGIN');
  try {
    await client.query(`CREATE VIEW the_view AS ${sql}`);
    const columns = await client.query<{ name: string }>(
      `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'the_view'::regclass AND attnum > 0 ORDER BY attnum`,
    );
    const used = await client.query<{ name: string }>(
      `SELECT DISTINCT 'db.oracle.' || c.relname || '.' || a.attname AS name FROM pg_rewrite AS r
       JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
       JOIN pg_class AS c ON c.oid = d.refobjid AND c.relname <> 'the_view'
       JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND (a.attnum = d.refobjsubid)
       WHERE r.ev_class = 'the_view'::regclass`,
    );
    return {
      columns: columns.rows.map(({ name }) => name),
      used: used.rows.map(({ name }) => name).sort(),
    };
  } finally {
    await client.query('ROLLBACK');
  }
}

async function analyze(sql: string): Promise<AnalyzedStatement> {
  const text = { dialect: 'postgresql', sql, defaultCatalog: 'db', defaultSchema: 'oracle' } as const;
  const [only] = await analyzeText(text, parser, () => Promise.resolve(named((table) => schemas.get(table))));
  return only!;
}

function found({ lineage }: AnalyzedStatement): { columns: string[]; used: string[] } {
  const { columns, influence } = lineage.result!;
  const sources = [...columns.flatMap((column) => column.sources), ...influence];
  return {
    columns: columns.map(({ name }) => name),
    used: [...new Set(sources.map(({ table, column }) => `${table}.${column}`))].sort(),
  };
}

describe('PostgreSQL itself agrees', () => {
  it('on the names of the columns of drawn queries, and on the columns that they use', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
        const { sql } = new QueryDrawer(seed, 'db.oracle.').draw();
        const { columns, used } = await truth(sql);
        const ours = found(await analyze(sql));
        expect({ sql, columns: ours.columns }).toEqual({ sql, columns });
        // PostgreSQL counts what an inner query selects and no outer one takes: no data comes from it.
        const isSimple = sql.lastIndexOf('SELECT') === 0;
        const missing = isSimple ? used.filter((name) => !ours.used.includes(name)) : [];
        const beyond = ours.used.filter((name) => !used.includes(name));
        expect({ sql, missing, beyond }).toEqual({ sql, missing: [], beyond: [] });
      }),
      { numRuns: 150 },
    );
  });

  it.each(QUERIES)('on %s', async (sql) => {
    const analyzed = await analyze(sql);
    expect(analyzed.problems).toEqual([]);
    expect(found(analyzed)).toEqual(await truth(sql));
  });
});
