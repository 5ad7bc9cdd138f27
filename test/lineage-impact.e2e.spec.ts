import { randomInt, randomUUID } from 'node:crypto';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AssetService } from '../src/catalog/index.js';
import type { Principal } from '../src/identity/index.js';
import type { Reached } from '../src/lineage/graph/graph.js';
import { GraphSource } from '../src/lineage/graph/graph-source.js';
import { type LineageFilter, LineageFilters } from '../src/lineage/graph/lineage-filter.js';
import { Database } from '../src/platform/index.js';
import { namesAreResolved, startTestCairn, type TestCairn } from './support/cairn.js';
import { eventually } from './support/eventually.js';

const SEED = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31));
const SIZE = 24;
const IDS = Array.from({ length: SIZE }, () => randomUUID());
const CALLERS = ['admin', 'ada', 'bob', 'eve'];

let cairn: TestCairn;
let database: Database;
let filters: LineageFilters;
beforeAll(async () => {
  cairn = await startTestCairn({ CAIRN_POLICY_DIR: path.resolve('test/fixtures/impact-policies') });
  await namesAreResolved(cairn);
  database = cairn.app.get(Database);
  filters = cairn.app.get(LineageFilters);
  // Each leads to the next, and every third to one that is further.
  for (const [at, source] of IDS.entries())
    for (const target of [IDS[at + 1], at % 3 === 0 ? IDS[at + 5] : undefined])
      if (target !== undefined)
        await database.query(
          `INSERT INTO lineage_edge (source_id, target_id, first_seen_at, last_seen_at, valid)
           VALUES ($1, $2, now(), now(), tstzmultirange(tstzrange('2026-01-01', NULL)))`,
          [source, target],
        );
}, 60_000);
afterAll(() => cairn.stop());

const asset = fc.record({
  kind: fc.constantFrom('dataset', 'job', 'model'),
  namespace: fc.constantFrom('external', 'external/eu', 'vault'),
  isOpen: fc.boolean(),
  tags: fc.subarray(['pii', 'pii.email', 'finance']),
  owners: fc.subarray(['user:ada', 'user:bob']),
  isName: fc.boolean(),
});
type AssetOf = typeof asset extends fc.Arbitrary<infer T> ? T : never;
const assets = fc.array(asset, { minLength: SIZE, maxLength: SIZE });
const filter: fc.Arbitrary<LineageFilter> = fc.record(
  {
    kinds: fc.constantFrom(['dataset'] as const, ['job', 'model'] as const),
    namespace: fc.constantFrom('external', 'external/eu', 'ext'),
    tag: fc.constantFrom('pii', 'finance'),
    owner: fc.constant('user:ada'),
    seenSince: fc.constant(new Date('2026-01-01T00:00:00Z')),
  },
  { requiredKeys: [] },
);

/** What the catalog says of the assets; of an odd one among them that it is another one's name. They are managed: `places.csv` moves none of them. */
async function write(all: readonly AssetOf[]): Promise<void> {
  const rows = all.map(({ kind, namespace, isOpen, tags, owners, isName }, at) => ({
    ...{ id: IDS[at], kind, space: kind === 'job' ? 'job' : 'data', namespace, tags, owners },
    name: `${isOpen ? 'open' : 'closed'}-${at}`,
    aliasOf: isName && at % 2 === 1 ? IDS[at - 1] : null,
  }));
  await database.query(
    `INSERT INTO asset (id, space, kind, identity_namespace, identity_name, namespace, tags, owners, alias_of, is_managed)
     SELECT r.*, true FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, space text, kind text, identity_namespace text, name text, namespace text,
       tags text[], owners text[], "aliasOf" uuid)
     ON CONFLICT (id) DO UPDATE SET space = excluded.space, kind = excluded.kind, identity_name = excluded.identity_name,
       namespace = excluded.namespace, tags = excluded.tags, owners = excluded.owners, alias_of = excluded.alias_of`,
    [JSON.stringify(rows.map((row) => ({ ...row, identity_namespace: 'db' })))],
  );
}

const reachedInMemory = (): Promise<Reached> =>
  eventually(
    async () => (await cairn.app.get(GraphSource).open()).reach(IDS[0]!, 'downstream', 20, new Date()),
    ({ classes }) => classes !== undefined,
  );

async function shown(caller: Principal, reached: Reached, of: LineageFilter): Promise<unknown> {
  const view = await filters.of(caller, reached, of);
  const levels: string[][] = [];
  for (let distance = 1; distance <= reached.farthest; distance++)
    levels.push([...(await view.at(distance))].sort());
  return { counts: await view.count(), levels };
}

describe(`what impact counts and lists (TEST_SEED=${SEED})`, () => {
  test('is the same by classes in memory as by SQL, for every caller and filter, and only what each may see', async () => {
    const { sql } = cairn.app.get(GraphSource);
    const seen = new Map(CALLERS.map((name) => [name, 0]));
    await fc.assert(
      fc.asyncProperty(assets, filter, async (all, of) => {
        await write(all);
        const bySql = await sql.reach(IDS[0]!, 'downstream', 20, new Date());
        const inMemory = await reachedInMemory();
        for (const name of CALLERS) {
          const caller: Principal = { id: name, kind: 'user', name, displayName: name, attributes: {} };
          for (const one of [{}, of])
            expect(await shown(caller, inMemory, one)).toEqual(await shown(caller, bySql, one));
          const { counts } = (await shown(caller, inMemory, {})) as { counts: { count: number }[] };
          const visible = await cairn.app.get(AssetService).getVisible(caller, IDS.slice(1));
          const own = [...visible.values()].filter(({ aliasOf }) => aliasOf === null);
          expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(own.length);
          seen.set(name, seen.get(name)! + own.length);
        }
      }),
      { numRuns: 8, seed: SEED },
    );
    for (const count of seen.values()) expect(count).toBeGreaterThan(0);
  }, 120_000);
});
