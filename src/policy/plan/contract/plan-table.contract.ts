import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { createTestDatabase } from '../../../../test/support/database.js';
import type { TestDatabase } from '../../../../test/support/database.js';
import { CompiledPolicy } from '../../decision/compiled-policy.js';
import { decisionRequest, policyText } from '../../testing/arbitraries.js';
import { bundleOf } from '../../testing/bundle-of.js';
import type { Plan, PlanRow } from '../plan.js';
import { planToSql } from '../plan-to-sql.js';

const COLUMNS = { namespace: 'r.namespace', kind: 'r.kind', name: 'r.name', tags: 'r.tags' };

/** Rows in PostgreSQL of which plans select. */
export interface PlanTable {
  fill(rows: readonly PlanRow[]): Promise<void>;
  /** Places of the rows that the plan selects, in order. */
  selected(plan: Plan): Promise<readonly number[]>;
}

/** A table for the tests of one `describe`. */
export function planTable(): PlanTable {
  let database: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('CREATE TABLE plan_row (id int, namespace text, kind text, name text, tags text[])');
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });
  return {
    async fill(rows) {
      await client.query('DELETE FROM plan_row');
      for (const [id, { namespace, kind, name, tags }] of rows.entries()) {
        const row = [id, namespace, kind, name, tags];
        await client.query('INSERT INTO plan_row VALUES ($1, $2, $3, $4, $5)', row);
      }
    },
    async selected(plan) {
      // A first parameter of the statement's own shows that those of the plan are counted on from there.
      const params: unknown[] = [-1];
      const condition = planToSql(plan, COLUMNS, params);
      const { rows } = await client.query<{ id: number }>(
        `SELECT r.id FROM plan_row AS r WHERE r.id > $1 AND ${condition} AND TRUE ORDER BY r.id`,
        params,
      );
      return rows.map(({ id }) => id);
    },
  };
}

/** Random policies and callers, each over 300 rows. @param pairs how many */
export function selectsWhatIsAllowed(table: PlanTable, pairs: number): void {
  it(`selects exactly the rows for which the decision is yes, of ${pairs} policies and callers`, async () => {
    const rows = fc.sample(decisionRequest, { seed: 46, numRuns: 300 });
    await table.fill(rows);
    const shapes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(policyText, decisionRequest, async (text, request) => {
        const { subject, groups, action, context, appliesMasks } = request;
        const caller = { subject, groups, action, context, appliesMasks };
        const policy = new CompiledPolicy(bundleOf(text));
        const plan = policy.plan(caller);
        shapes.add(plan.kind);
        const allowed = rows.flatMap(({ namespace, kind, name, tags }, id) =>
          policy.decide({ ...caller, namespace, kind, name, tags }).allowed ? [id] : [],
        );
        expect(await table.selected(plan)).toEqual(allowed);
      }),
      { numRuns: pairs },
    );
    expect([...shapes]).toEqual(expect.arrayContaining(['none', 'namespaceIn', 'and', 'or']));
  }, 600_000);
}
