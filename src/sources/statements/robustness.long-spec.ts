import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { init, parse as parseGeneric } from '@guanmingchiu/sqlparser-ts';
import fc from 'fast-check';
import { parse } from 'yaml';
import { type AnalyzedStatement, analyzeText, type Dialect } from './analysis.js';
import { PostgresParser } from './postgres/postgres-parser.js';
import { readTrino } from './trino/front-end.js';

const FOLDER = path.join(import.meta.dirname, 'cases');
const parser = new PostgresParser(60_000);
afterAll(() => parser.close());

const corpus = readdirSync(FOLDER).flatMap((file) =>
  (parse(readFileSync(path.join(FOLDER, file), 'utf8')) as { sql: string }[]).map(({ sql }) => ({
    dialect: file.split('-')[0] as Dialect,
    sql,
  })),
);

function analyze(dialect: Dialect, sql: string, by = parser): Promise<AnalyzedStatement[]> {
  const text = { dialect, sql, defaultCatalog: 'c', defaultSchema: 's' };
  return analyzeText(text, by, () => Promise.resolve(() => undefined));
}

/** Whatever was said of a text, it hangs together. */
function expectSound(analyzed: readonly AnalyzedStatement[]): void {
  for (const { status, problems, lineage, verb } of analyzed) {
    expect(problems.length > 0).toBe(status !== 'exact');
    expect(verb === undefined).toBe(status === 'unparsed');
    const named = new Set(lineage.inputs);
    for (const { columns, influence } of lineage.outputs)
      for (const { table } of [...columns.flatMap(({ sources }) => sources), ...influence])
        expect(named).toContain(table);
  }
}

/** A text with some of its pieces taken out, put twice or put elsewhere. */
const mutated = fc
  .tuple(
    fc.constantFrom(...corpus),
    fc.array(
      fc.tuple(
        fc.nat(2_000),
        fc.nat(2_000),
        fc.nat(3),
        fc.constantFrom(
          '(',
          ')',
          "'",
          '"',
          ',',
          ';',
          '$$',
          ' SELECT ',
          ' FROM ',
          '*',
          '.',
          '/*',
          '\0',
          '\ud800',
          'é',
        ),
      ),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
  )
  .map(([{ dialect, sql }, edits]) => {
    let text = sql;
    for (const [from, to, kind, piece] of edits) {
      const at = from % (text.length + 1);
      const end = Math.min(text.length, at + (to % 20));
      if (kind === 0) text = text.slice(0, at) + text.slice(end);
      else if (kind === 1) text = text.slice(0, end) + text.slice(at);
      else if (kind === 2) text = text.slice(0, at) + piece + text.slice(at);
      else text = text.slice(0, at) + text.slice(end) + text.slice(at, end);
    }
    return { dialect, sql: text };
  });

describe('whatever comes', () => {
  it('of mutated statements is told and hangs together', async () => {
    await fc.assert(
      fc.asyncProperty(mutated, async ({ dialect, sql }) => expectSound(await analyze(dialect, sql))),
      { numRuns: 400 },
    );
  }, 60_000);

  it('of any text is told and hangs together', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (sql) => {
        for (const dialect of ['postgresql', 'trino'] as const) expectSound(await analyze(dialect, sql));
      }),
      { numRuns: 150 },
    );
  });

  const deep = (n: number): readonly (readonly [string, string])[] => [
    ['parentheses', `SELECT ${'('.repeat(n)}a${')'.repeat(n)} FROM t`],
    ['calls', `SELECT ${'lower('.repeat(n)}a${')'.repeat(n)} FROM t`],
    ['subqueries', `SELECT a FROM ${'(SELECT a FROM '.repeat(n)}t${') AS s'.repeat(n)}`],
    ['scalar subqueries', `SELECT ${'(SELECT '.repeat(n)}1${')'.repeat(n)}`],
    ['cases', `SELECT ${'CASE WHEN a THEN b ELSE '.repeat(n)}c${' END'.repeat(n)} FROM t`],
    ['arrays', `SELECT ${'ARRAY['.repeat(n)}a${']'.repeat(n)} FROM t`],
    ['negations', `SELECT a FROM t WHERE ${'NOT '.repeat(n)}a`],
    ['operators', `SELECT ${'a + '.repeat(n)}a FROM t`],
    ['unions', `${'SELECT a FROM t UNION ALL '.repeat(n)}SELECT a FROM t`],
    [
      'joins',
      `SELECT t0.a FROM t0 ${Array.from({ length: n }, (_, i) => `JOIN t AS t${i + 1} ON true`).join(' ')}`,
    ],
    ['parentheses that are no queries', `SELECT ${'((SELECT 1) + '.repeat(n)}1${')'.repeat(n)}`],
    ['open parentheses', `SELECT ${'('.repeat(n)}`],
    ['casts', `SELECT ${'CAST('.repeat(n)}a${' AS varchar)'.repeat(n)} FROM t`],
  ];

  it.each(deep(100))('of a hundred %s is exact', async (name, sql) => {
    for (const dialect of ['postgresql', 'trino'] as const) {
      const [one] = await analyze(dialect, sql);
      expect([dialect, one!.status]).toEqual([dialect, name === 'open parentheses' ? 'unparsed' : 'exact']);
    }
  });

  it.each(deep(5_000))(
    'of five thousand %s is told all the same',
    async (_, sql) => {
      for (const dialect of ['postgresql', 'trino'] as const) expectSound(await analyze(dialect, sql));
      expect((await analyze('postgresql', 'SELECT a FROM t'))[0]?.status).toBe('exact');
    },
    60_000,
  );

  it('of stars over stars ends', async () => {
    const wide = Array.from({ length: 30 }, (_, i) => `c${i + 1} AS (SELECT l.*, r.* FROM c${i} l, c${i} r)`);
    const sql = `WITH c0 AS (SELECT 1 AS a, b FROM t), ${wide.join(', ')} SELECT * FROM c30`;
    for (const dialect of ['postgresql', 'trino'] as const) {
      const [one] = await analyze(dialect, sql);
      expect(one).toMatchObject({ status: 'partial', problems: [{ code: 'too-complex' }] });
    }
  });

  it('of half a megabyte of literals is read', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `(${i}, 'name ${i}')`).join(', ');
    for (const dialect of ['postgresql', 'trino'] as const) {
      const [one] = await analyze(
        dialect,
        `INSERT INTO x (a, b) VALUES ${rows}, ((SELECT max(v) FROM t), '')`,
      );
      expect(one).toMatchObject({ status: 'exact', lineage: { inputs: ['c.s.t'] } });
    }
  });
});

describe('the parser of PostgreSQL', () => {
  it('answers the next text after one that took too long', async () => {
    const hasty = new PostgresParser(1);
    try {
      const slow = `SELECT ${Array.from({ length: 30_000 }, (_, i) => `a${i}`).join(' + 1, ')} FROM t`;
      const [one] = await analyze('postgresql', slow, hasty);
      expect(one).toMatchObject({ status: 'unparsed', problems: [{ code: 'timeout' }] });
    } finally {
      await hasty.close();
    }
    const [next] = await analyze('postgresql', 'SELECT a FROM t');
    expect(next?.status).toBe('exact');
  });

  it.each([700, 740, 760, 900, 1_000, 1_240, 1_300])(
    'tells at once of %i levels of one in another',
    async (levels) => {
      const hasty = new PostgresParser(5_000);
      try {
        for (const sql of [
          `SELECT a${' + 1'.repeat(levels)} FROM t`,
          `SELECT ${'upper('.repeat(levels)}a${')'.repeat(levels)} FROM t`,
        ]) {
          const [one] = await analyze('postgresql', sql, hasty);
          expect([['exact'], ['too-complex']]).toContainEqual(
            one!.status === 'exact' ? ['exact'] : one!.problems.map(({ code }) => code),
          );
        }
      } finally {
        await hasty.close();
      }
    },
  );

  it('is asked by many at once, and answers each', async () => {
    const texts = Array.from({ length: 200 }, (_, i) => `SELECT a${i} FROM t${i}`);
    const answers = await Promise.all(texts.map((sql) => analyze('postgresql', sql)));
    expect(answers.map(([one]) => one?.lineage.inputs)).toEqual(texts.map((_, i) => [`c.s.t${i}`]));
  });

  it('that is closed says so', async () => {
    const closed = new PostgresParser(1_000);
    const asked = analyze('postgresql', 'SELECT 1', closed);
    await closed.close();
    expect((await asked)[0]?.problems).toMatchObject([{ code: 'parser-failed' }]);
  });
});

describe('the fingerprint', () => {
  it.each(['postgresql', 'trino'] as const)('of %s leaves literals, case and space out', async (dialect) => {
    const fingerprintOf = async (sql: string) => (await analyze(dialect, sql))[0]!.fingerprint;
    const one = await fingerprintOf("SELECT a FROM t WHERE b = 'x' AND c IN (1, 2)");
    expect(await fingerprintOf("select A from T -- c\n where b = 'yy' and c in (3, 4, 5)")).toBe(one);
    expect(await fingerprintOf("SELECT a FROM t WHERE b = 'x' AND d IN (1, 2)")).not.toBe(one);
  });
});

/** Another parser, of SQL in general: what both read, they read as the same tables. */
describe('sqlparser agrees', () => {
  it('on the tables that statements of Trino name', async () => {
    await init();
    let compared = 0;
    for (const { sql } of corpus.filter(({ dialect }) => dialect === 'trino')) {
      let tree: unknown;
      try {
        tree = parseGeneric(sql, 'generic');
      } catch {
        continue; // It does not know Trino's grammar.
      }
      // It loses the table of AS TABLE, and calls by other names what stands elsewhere in its trees.
      if (sql.includes(';') || !/^(?:INSERT|CREATE|UPDATE|DELETE|MERGE|SELECT)\b/.test(sql)) continue;
      if (/\b(?:AS TABLE|TABLE\s*\(|LATERAL)/.test(sql)) continue;
      const ours = readTrino(sql).flatMap((one) => ('problem' in one ? [] : namesIn(one.statement)));
      expect({ sql, names: [...new Set(ours)].sort() }).toEqual({ sql, names: tablesIn(tree) });
      compared++;
    }
    expect(compared).toBeGreaterThan(30);
  });
});

function namesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('parts' in value && !('kind' in value)) return [(value.parts as string[]).join('.')];
  return Object.values(value).flatMap(namesIn);
}

function tablesIn(value: unknown): string[] {
  const names = new Set<string>();
  const add = (parts: unknown) => {
    const identifiers = parts as { Identifier: { value: string } }[];
    names.add(identifiers.map(({ Identifier }) => Identifier.value.toLowerCase()).join('.'));
  };
  const walk = (at: unknown) => {
    if (typeof at !== 'object' || at === null) return;
    for (const [kind, below] of Object.entries(at)) {
      const named = below as { name?: unknown } | undefined;
      if (kind === 'TableName') add(below);
      if (['Table', 'CreateTable', 'CreateView'].includes(kind) && Array.isArray(named?.name))
        add(named.name);
      walk(below);
    }
  };
  walk(value);
  return [...names].sort();
}
