import { randomInt } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assetIdOf, type AssetIdentity } from '../src/catalog/index.js';
import { Projector } from '../src/lineage/index.js';
import { CompiledRules } from '../src/lineage/identity/rules/compiled-rules.js';
import { definitionOf } from '../src/lineage/identity/rules/rule-input.js';
import type { StoredRule } from '../src/lineage/identity/rules/rule.js';
import { ALL_BUILTIN_RULES } from '../src/lineage/identity/rules/builtin-rules.js';
import { DERIVED_TABLES } from '../src/lineage/projection/graph-hash.js';
import { Database } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import {
  DATASETS,
  eventOf,
  histories,
  JOBS,
  type Named,
  ruleSets,
  type Told,
} from './support/named-histories.js';

const SEED = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31));
const RUNS = Number(process.env['TEST_RUNS'] ?? 4);

let cairn: TestCairn;
beforeAll(async () => {
  cairn = await startTestCairn();
}, 60_000);
afterAll(() => cairn.stop());
afterEach(clear);

const query = <T extends object = any>(text: string, parameters: unknown[] = []): Promise<T[]> =>
  cairn.app.get(Database).query<T>(text, parameters);
const graphHash = (): Promise<string> => cairn.app.get(Projector).graphHash();

/** As if nothing had ever been told, and no rule made. */
async function clear(): Promise<void> {
  for (const table of ['lineage_event', 'lineage_alias', ...DERIVED_TABLES])
    await query(`DELETE FROM ${table}`);
  await query('DELETE FROM asset WHERE NOT is_managed');
  await query('TRUNCATE lineage_identity_rule RESTART IDENTITY');
  await query('UPDATE lineage_graph SET identity_version = identity_version + 1');
}

async function send(events: readonly object[]): Promise<void> {
  const sent = await cairn.http(`/api/v1/lineage/batch`, {
    method: 'POST',
    body: JSON.stringify(events),
    headers: { 'content-type': 'application/json' },
  });
  const answer = (await sent.json()) as any;
  if (sent.status !== 200 || answer.summary?.failed > 0) throw new Error(JSON.stringify(answer));
}

async function add(rule: object): Promise<string> {
  const { addIdentityRule } = await cairn.ask(
    'mutation($i: IdentityRuleInput!) { addIdentityRule(input: $i, reason: "a test") { rule { id } } }',
    { i: rule },
  );
  return addIdentityRule.rule.id;
}

const remove = (id: string) =>
  cairn.ask('mutation($id: ID!) { removeIdentityRule(id: $id, reason: "a test") { changes } }', { id });

/** The graph and what the names of events stand for, as one text: equal when they are equal. */
async function whole(): Promise<string> {
  const aliases = await query(
    `SELECT raw_id, asset_id, reason FROM lineage_alias
     WHERE raw_id IN (SELECT unnest(asset_ids) FROM lineage_event) ORDER BY raw_id`,
  );
  return JSON.stringify([await graphHash(), aliases]);
}

/** What holds between assets, and when. Columns that follow from themselves are of one dataset under two names. */
async function effective(): Promise<Record<string, unknown[]>> {
  return {
    edges: await query(
      `SELECT source_id, target_id, first_seen_at, last_seen_at, valid FROM lineage_edge WHERE valid <> '{}' ORDER BY 1, 2`,
    ),
    columns: await query(
      `SELECT job_id, kind, source_id, source_column, target_id, target_column, said, valid FROM lineage_column_edge
       WHERE said <> '{}' AND (source_id, source_column) <> (target_id, target_column) ORDER BY 1, 2, 3, 4, 5, 6`,
    ),
    pairs: await query(
      `SELECT job_id, output_id, input_id, kind, valid FROM lineage_pairing WHERE valid <> '{}' ORDER BY 1, 2, 3, 4`,
    ),
    runs: await query('SELECT run_id, of_job_id FROM lineage_run ORDER BY 1'),
    drops: await query('SELECT DISTINCT of_asset_id, at FROM lineage_drop ORDER BY 1, 2'),
  };
}

const identityOf = (space: AssetIdentity['space'], { namespace, name }: Named): AssetIdentity => ({
  space,
  identityNamespace: namespace,
  identityName: name,
});

/** Names that are of one asset, worked out plainly: whoever can be reached from whom. By their ids, as groups. */
function groups(history: readonly Told[], stored: readonly StoredRule[]): Map<string, Set<string>> {
  const rules = new CompiledRules(stored);
  const statements = new Map<string, string>();
  for (const { job, query: sql } of history) if (sql !== null) statements.set(JSON.stringify(job), sql);
  const ends: [string, string][] = [];
  const spelled = (space: AssetIdentity['space'], named: Named): string =>
    assetIdOf(rules.spell(identityOf(space, named), statements.get(JSON.stringify(named))).identity);
  for (const { from, to } of rules.same)
    ends.push([assetIdOf(rules.spell(from).identity), assetIdOf(rules.spell(to).identity)]);
  const apart = rules.apart.map(({ from, to }) =>
    [rules.spell(from), rules.spell(to)]
      .map(({ identity }) => assetIdOf(identity))
      .sort()
      .join(),
  );
  for (const { outputs } of history)
    for (const { dataset, symlink, former, isDropped } of outputs)
      for (const other of [rules.takesSymlinks && symlink, rules.takesRenames && !isDropped && former]) {
        if (!other) continue;
        const pair: [string, string] = [spelled('data', dataset), spelled('data', other)];
        if (!apart.includes([...pair].sort().join())) ends.push(pair);
      }
  const reached = (from: string): Set<string> => {
    const seen = new Set([from]);
    for (const at of seen)
      for (const [a, b] of ends) {
        if (a === at) seen.add(b);
        if (b === at) seen.add(a);
      }
    return seen;
  };
  return new Map(
    [
      ...DATASETS.map((named) => ['data', named] as const),
      ...JOBS.map((named) => ['job', named] as const),
    ].map(([space, named]) => [assetIdOf(identityOf(space, named)), reached(spelled(space, named))]),
  );
}

/** The name of the asset that each name stands for, as the service has it. */
async function names(): Promise<(space: AssetIdentity['space'], named: Named) => Named> {
  const rows = await query<{ id: string; namespace: string; name: string }>(
    `SELECT n.raw_id AS id, a.identity_namespace AS namespace, a.identity_name AS name
     FROM lineage_alias AS n JOIN asset AS a ON a.id = n.asset_id`,
  );
  const byId = new Map(rows.map(({ id, ...named }) => [id, named]));
  return (space, named) => byId.get(assetIdOf(identityOf(space, named))) ?? named;
}

const stored = (): Promise<StoredRule[]> =>
  query('SELECT id, definition FROM lineage_identity_rule WHERE removed_at IS NULL ORDER BY id');

/** Cuts a list into pieces of the lengths of `sizes`, and the rest. */
function pieces<T>(list: readonly T[], sizes: readonly number[]): T[][] {
  const parts: T[][] = [];
  let at = 0;
  for (const size of sizes) parts.push(list.slice(at, (at += size)));
  return [...parts, list.slice(at)].filter(({ length }) => length > 0);
}

describe(`names of assets (TEST_SEED=${SEED})`, () => {
  test('give the graph that events with the names of the assets would give', async () => {
    await fc.assert(
      fc.asyncProperty(histories, ruleSets, fc.nat(8), async (history, rules, told) => {
        await clear();
        await send(history.slice(0, told).map((event, at) => eventOf(event, at)));
        for (const rule of rules) await add(rule);
        await send(history.slice(told).map((event, at) => eventOf(event, at + told)));
        const nameOf = await names();
        const expected = groups(history, await stored());
        const used = [...expected.keys()];
        const [canonical, seen] = [new Map(used.map((id) => [id, id])), new Set<string>()];
        for (const { raw_id, asset_id } of await query('SELECT raw_id, asset_id FROM lineage_alias'))
          canonical.set(raw_id, asset_id);
        for (const { id } of await query('SELECT id FROM asset')) seen.add(id);
        for (const a of used.filter((id) => seen.has(id)))
          for (const b of used.filter((id) => seen.has(id)))
            expect([a, b, canonical.get(a) === canonical.get(b)]).toEqual([
              a,
              b,
              [...expected.get(a)!].some((id) => expected.get(b)!.has(id)),
            ]);
        const graph = await effective();

        await clear();
        const off = ALL_BUILTIN_RULES.map(({ id }) => definitionOf({ kind: 'off', rule: id }));
        await query(
          `INSERT INTO lineage_identity_rule (definition, author, reason) SELECT value, 'test', 'test' FROM jsonb_array_elements($1::jsonb)`,
          [JSON.stringify(off)],
        );
        await send(history.map((event, at) => eventOf(event, at, nameOf)));
        expect(graph).toEqual(await effective());
      }),
      { numRuns: RUNS, seed: SEED },
    );
  }, 240_000);

  test('are as before when a rule is added and removed', async () => {
    await fc.assert(
      fc.asyncProperty(histories, ruleSets, ruleSets, async (history, before, added) => {
        await clear();
        await send(history.map((event, at) => eventOf(event, at)));
        for (const rule of before) await add(rule);
        const then = await whole();
        const ids: string[] = [];
        for (const rule of added.filter((one) => !before.includes(one))) ids.push(await add(rule));
        for (const id of ids.reverse()) await remove(id);
        expect(await whole()).toBe(then);
      }),
      { numRuns: RUNS, seed: SEED },
    );
  }, 240_000);

  test('are the same whatever the order of events, batches and rules, and after a rebuild', async () => {
    await fc.assert(
      fc.asyncProperty(
        histories.chain((history) =>
          fc.record({
            history: fc.constant(history),
            order: fc.shuffledSubarray([...history.keys()], { minLength: history.length }),
          }),
        ),
        ruleSets,
        fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 }),
        async ({ history, order }, rules, sizes) => {
          const events = history.map((event, at) => eventOf(event, at));
          await clear();
          for (const rule of rules) await add(rule);
          for (const event of events) await send([event]);
          const first = await whole();

          await clear();
          const batches = pieces(
            [...order, ...order.slice(0, 2)].map((at) => events[at]!),
            sizes,
          );
          const half = Math.floor(batches.length / 2);
          for (const batch of batches.slice(0, half)) await send(batch);
          const addAll = async () => {
            for (const rule of rules) await add(rule);
          };
          await Promise.all([addAll(), ...batches.slice(half).map(send)]);
          // Rules are numbered by their making, and reasons name them.
          expect(await whole()).toBe(first);
          await cairn.app.get(Projector).rebuild();
          expect(await whole()).toBe(first);
        },
      ),
      { numRuns: RUNS, seed: SEED },
    );
  }, 240_000);
});
