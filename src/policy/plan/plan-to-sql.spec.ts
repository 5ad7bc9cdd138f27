import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { createTestDatabase } from '../../../test/support/database.js';
import type { TestDatabase } from '../../../test/support/database.js';
import { CompiledPolicy } from '../decision/compiled-policy.js';
import { decisionRequest, policyText } from '../testing/arbitraries.js';
import { bundleOf } from '../testing/bundle-of.js';
import { planMatches } from './plan.js';
import type { Plan, PlanRow } from './plan.js';
import { planToSql } from './plan-to-sql.js';

const COLUMNS = { namespace: 'r.namespace', kind: 'r.kind', name: 'r.name', tags: 'r.tags' };
const ROWS: readonly PlanRow[] = fc.sample(decisionRequest, { seed: 46, numRuns: 1000 });

describe('a plan in PostgreSQL', () => {
  let database: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('CREATE TABLE plan_row (id int, namespace text, kind text, name text, tags text[])');
    for (const [id, { namespace, kind, name, tags }] of ROWS.entries()) {
      await client.query('INSERT INTO plan_row VALUES ($1, $2, $3, $4, $5)', [
        id,
        namespace,
        kind,
        name,
        tags,
      ]);
    }
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  async function selected(plan: Plan): Promise<readonly number[]> {
    // A first parameter of the statement's own shows that those of the plan are counted on from there.
    const params: unknown[] = [-1];
    const condition = planToSql(plan, COLUMNS, params);
    const { rows } = await client.query<{ id: number }>(
      `SELECT r.id FROM plan_row AS r WHERE r.id > $1 AND ${condition} AND TRUE ORDER BY r.id`,
      params,
    );
    return rows.map(({ id }) => id);
  }

  it('selects exactly the rows that it matches in process', async () => {
    const shapes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        policyText,
        decisionRequest,
        async (text, { subject, groups, action, context, appliesMasks }) => {
          const plan = new CompiledPolicy(bundleOf(text)).plan({
            subject,
            groups,
            action,
            context,
            appliesMasks,
          });
          shapes.add(plan.kind);
          const expected = ROWS.flatMap((row, id) => (planMatches(plan, row) ? [id] : []));
          expect(await selected(plan)).toEqual(expected);
        },
      ),
      { numRuns: 1000 },
    );
    expect([...shapes]).toEqual(expect.arrayContaining(['none', 'namespaceIn', 'and', 'or']));
  });

  it('takes a pattern for nothing but the two wildcards, whatever else PostgreSQL would read into it', async () => {
    await client.query('DELETE FROM plan_row');
    const names = [
      'a%b',
      'axb',
      'a_b',
      'a\\b',
      'a.b',
      "a'b",
      'a$b',
      'a+b',
      '***:a',
      '(?i)a',
      'A',
      'a\nb',
      'a/b',
      'aéb',
    ];
    for (const [id, name] of names.entries()) {
      await client.query("INSERT INTO plan_row VALUES ($1, 'n', 'dataset', $2, '{}')", [id, name]);
    }
    const globs = [
      'a%b',
      'a_b/**',
      'a_*',
      'a.b',
      'a.*',
      "a'b",
      "a'*",
      'a$*',
      'a+*',
      '**/a',
      '*:a',
      'a*b',
      '**/*b',
      '*',
    ];
    for (const glob of globs) {
      const policy = new CompiledPolicy(bundleOf(`p, A, *, *, dataset/${glob}, read, *, -, allow`));
      const plan = policy.plan({ subject: 'user:x', action: 'read', context: { now: new Date() } });
      const expected = names.flatMap((name, id) =>
        planMatches(plan, { namespace: 'n', kind: 'dataset', name, tags: [] }) ? [id] : [],
      );
      expect([glob, await selected(plan)]).toEqual([glob, expected]);
    }
  });
});
