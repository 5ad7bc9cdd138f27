import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { analyzeText, type AnalyzedStatement, type Dialect } from '../analysis.js';
import { PostgresParser } from '../postgres/postgres-parser.js';
import { QueryDrawer, TABLES } from '../testing/random-query.js';
import { named } from '../testing/schemas.js';
import type { Source } from './sources.js';

const parser = new PostgresParser(60_000);
afterAll(() => parser.close());

const DIALECTS: readonly (readonly [Dialect, string])[] = [
  ['postgresql', 'db.public.'],
  ['trino', 'db.web.'],
];
const seed = fc.integer({ min: 0, max: 2 ** 31 });

async function analyze(dialect: Dialect, sql: string, prefix: string): Promise<AnalyzedStatement> {
  const [, defaultSchema] = prefix.split('.');
  const schemas = named((table) => TABLES[table.slice(prefix.length)]);
  const request = { dialect, sql, defaultCatalog: 'db', ...(dialect === 'trino' ? { defaultSchema } : {}) };
  const [only] = await analyzeText(request as never, parser, () => Promise.resolve(schemas));
  return only!;
}

function told(sources: Iterable<Source>): string[] {
  return [...sources]
    .map(({ table, column, type, subtype }) => `${table}.${column} ${type} ${subtype}`)
    .sort();
}

function shape({ status, problems, lineage: { result } }: AnalyzedStatement) {
  return {
    status,
    problems,
    columns: result?.columns.map(({ name, sources }) => [name, told(sources)]),
    influence: told(result?.influence ?? []),
  };
}

describe.each(DIALECTS)('lineage of queries drawn for %s', (dialect, prefix) => {
  it('is the one that they were drawn with', async () => {
    await fc.assert(
      fc.asyncProperty(seed, async (drawn) => {
        const { sql, columns, influence } = new QueryDrawer(drawn, prefix).draw();
        expect({ sql, ...shape(await analyze(dialect, sql, prefix)) }).toEqual({
          sql,
          status: 'exact',
          problems: [],
          columns: columns.map(({ name, sources }) => [name, told(sources)]),
          influence: told(influence),
        });
      }),
      { numRuns: 400 },
    );
  });

  it('does not depend on what relations are called', async () => {
    await fc.assert(
      fc.asyncProperty(seed, async (drawn) => {
        const [one, other] = ['r', 'zz'].map((names) => new QueryDrawer(drawn, prefix, names).draw().sql);
        expect(shape(await analyze(dialect, one!, prefix))).toEqual(
          shape(await analyze(dialect, other!, prefix)),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('keeps all columns through functions that nobody knows, and says so', async () => {
    await fc.assert(
      fc.asyncProperty(seed, async (drawn) => {
        const known = shape(await analyze(dialect, new QueryDrawer(drawn, prefix).draw().sql, prefix));
        const { sql } = new QueryDrawer(drawn, prefix, 'r', 'udf').draw();
        const unknown = shape(await analyze(dialect, sql, prefix));
        expect([unknown.columns, unknown.influence]).toEqual([known.columns, known.influence]);
        expect(unknown.problems.map(({ code }) => code)).toEqual(
          sql.includes('udf(') ? ['unknown-function'] : [],
        );
      }),
      { numRuns: 100 },
    );
  });

  it('goes to the columns of a table by place, whatever they are called', async () => {
    await fc.assert(
      fc.asyncProperty(seed, async (drawn) => {
        const { sql, columns } = new QueryDrawer(drawn, prefix).draw();
        const targets = columns.map((_, i) => `target${i}`);
        const insert = await analyze(dialect, `INSERT INTO made (${targets.join(', ')}) ${sql}`, prefix);
        const [output] = insert.lineage.outputs;
        expect(output?.columns.map(({ name, sources }) => [name, told(sources)])).toEqual(
          columns.map(({ sources }, i) => [targets[i], told(sources)]),
        );
      }),
      { numRuns: 100 },
    );
  });
});
