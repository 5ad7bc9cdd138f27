import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Asset } from '../src/catalog/assets/asset.js';
import { AssetListRepository } from '../src/catalog/assets/asset-list.repository.js';
import { type Glob, parseGlob } from '../src/policy/glob/glob.js';
import { allOf, anyOf, hasAnyTag, namespaceIn, not } from '../src/policy/plan/combine.js';
import { type Plan, planMatches } from '../src/policy/plan/plan.js';
import { openTestDatabase, type OpenDatabase } from './support/platform.js';

const NAMESPACES = Array.from({ length: 40 }, (_, i) => `org/t${i}`);
const TAGS = ['pii', 'geo', 'unclassified'];
const KINDS = ['dataset', 'model'] as const;

let open: OpenDatabase;
let assets: Asset[];

beforeAll(async () => {
  open = await openTestDatabase();
  const rows = Array.from({ length: 400 }, (_, i) => ({
    ...{
      id: randomUUID(),
      kind: KINDS[i % 7 === 0 ? 1 : 0],
      identityName: `n${(i * 37) % 90}`,
      at: `db${i}`,
    },
    ...{ namespace: NAMESPACES[(i * i) % NAMESPACES.length], tags: [TAGS[i % TAGS.length]] },
  }));
  await open.database.query(
    `INSERT INTO asset (id, space, kind, identity_namespace, identity_name, namespace, tags)
     SELECT id, 'data', kind, at, "identityName", namespace, tags FROM jsonb_to_recordset($1::jsonb)
       AS r (id uuid, kind text, at text, "identityName" text, namespace text, tags text[])`,
    [JSON.stringify(rows)],
  );
  assets = await open.database.query<Asset>(
    'SELECT id, namespace, kind, identity_name AS "identityName", tags FROM asset ORDER BY identity_name, id',
  );
});
afterAll(() => open.close());

const some = (most: number) => fc.subarray(NAMESPACES, { maxLength: most }).map(namespaceIn);
const narrowed = fc
  .tuple(some(8), fc.subarray(TAGS), fc.boolean())
  .map(([namespaces, tags, isDenied]): Plan => {
    return allOf([namespaces, isDenied ? not(hasAnyTag(tags)) : hasAnyTag(tags)]);
  });
const byPattern = fc
  .tuple(fc.constantFrom('*7', 'n*3*', '*', '*none'), fc.option(some(40), { nil: undefined }))
  .map(([source, namespaces]): Plan => {
    const plan: Plan = { kind: 'nameGlob', glob: parseGlob(source) as Glob };
    return namespaces === undefined ? plan : anyOf([plan, namespaces]);
  });
const plans = fc.oneof(
  ...[byPattern, some(8), some(40), narrowed, fc.constant<Plan>({ kind: 'all' })],
  fc.tuple(some(4), narrowed, narrowed).map((parts) => anyOf(parts)),
);

it('pages show all that a plan lets one see, once and in order, whatever it says of namespaces', async () => {
  const repository = new AssetListRepository(open.database);
  const read = async (plan: Plan, isModel: boolean, next: number): Promise<string[]> => {
    const shown: string[] = [];
    for (let after: readonly [string, string] | undefined; ;) {
      const filter = isModel ? { kinds: ['model'] as const } : {};
      const page = await repository.list(
        filter,
        plan,
        { first: 30, limit: 30, ...(after && { after }) },
        next,
      );
      shown.push(...page.map(({ id }) => id));
      const last = page.at(-1);
      if (last === undefined) return shown;
      after = [last.identityName, last.id];
    }
  };
  await fc.assert(
    fc.asyncProperty(plans, fc.boolean(), fc.constantFrom(30, 100, 10_000), async (plan, isModel, next) => {
      const expected = assets.filter(
        ({ namespace, kind, identityName: name, tags }) =>
          planMatches(plan, { namespace, kind, name, tags }) && (!isModel || kind === 'model'),
      );
      expect(await read(plan, isModel, next)).toEqual(expected.map(({ id }) => id));
    }),
    { numRuns: 80 },
  );
});
