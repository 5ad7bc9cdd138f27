import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { RECORDINGS, recordedEvents } from './support/recorded-events.js';

const SEED = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31));
const RUNS = Number(process.env['TEST_RUNS'] ?? 80);

let cairn: TestCairn;
beforeAll(async () => {
  cairn = await startTestCairn();
}, 60_000);
afterAll(() => cairn.stop());

const post = (body: unknown, route = '') =>
  cairn.http(`/api/v1/lineage${route}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

const good = (name: string) => ({
  eventTime: '2026-11-23T10:00:00Z',
  eventType: 'COMPLETE',
  producer: 'https://example.com/etl',
  schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
  run: { runId: '01a20a4d-0000-7000-8000-000000000001' },
  job: { namespace: 'etl', name },
  outputs: [{ namespace: 'db', name }],
});

/** Events of real producers, one of each shape that occurs. */
const SAMPLES = [
  ...new Map(
    RECORDINGS.flatMap(recordedEvents).map((event) => [
      [...pathsOf(event)].map((path) => path.filter((step) => typeof step === 'string').join('.')).join(),
      event,
    ]),
  ).values(),
];

type Path = readonly (string | number)[];

/** Paths of all parts of a value, the first 400. */
function pathsOf(value: unknown): Path[] {
  const paths: Path[] = [];
  const look = (at: unknown, path: Path): void => {
    if (paths.length >= 400) return;
    paths.push(path);
    if (Array.isArray(at)) at.slice(0, 3).forEach((item, i) => look(item, [...path, i]));
    else if (typeof at === 'object' && at !== null)
      for (const [key, item] of Object.entries(at)) look(item, [...path, key]);
  };
  look(value, []);
  return paths;
}

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? { a: value } : [value];
  return value;
};

/** What takes the place of a part; undefined where the part is left out. */
const VALUES: readonly unknown[] = [
  ...[undefined, null, '', 0, -1, 1e308, true, [], {}, [null], [[]], [{}], { '': {} }],
  ...['\0', '\ud800', '🙂'.repeat(2_000), 'x'.repeat(300_000), '../../etc/passwd', "'; DROP TABLE asset; --"],
  // Longer when they are clean.
  ...['\0'.repeat(2_300), 'pwd=ab;'.repeat(340)],
  ...['2026-02-30T00:00:00Z', '9999-12-31T23:59:59.999999999Z', '0001-01-01T00:00:00Z', '+12026-01-01'],
  ...['00000000-0000-0000-0000-000000000000', 'NaN', '__proto__', { __proto__: null, constructor: 1 }],
  ...[
    Array.from({ length: 3_000 }, (_, i) => i),
    Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [i, i])),
  ],
  { _deleted: 'yes' },
];

/** Fresh at each call: what is put in may be changed again. */
const REPLACEMENTS: readonly (() => unknown)[] = [
  ...VALUES.map((value) => () => structuredClone(value)),
  ...[60, 99, 101, 3_000].map((depth) => () => nested(depth)),
];

interface Change {
  /** Whether what is changed lies above the facets, where there are few parts and strict rules. */
  readonly isCore: boolean;
  readonly at: number;
  readonly by: number;
}

const isCorePath = (path: Path): boolean => !path.some((step) => /facets$/i.test(String(step)));

function changed(event: object, changes: readonly Change[]): unknown {
  let root: unknown = structuredClone(event);
  for (const { isCore, at, by } of changes) {
    const paths = pathsOf(root).filter((path) => !isCore || isCorePath(path));
    const path = paths[at % paths.length]!;
    const value = REPLACEMENTS[by % REPLACEMENTS.length]?.();
    if (path.length === 0) root = value;
    else {
      const parent = path.slice(0, -1).reduce<any>((part, step) => part[step], root);
      if (value === undefined && !Array.isArray(parent)) delete parent[path.at(-1)!];
      else parent[path.at(-1)!] = value;
    }
  }
  return root;
}

const malformed = fc
  .record({
    event: fc.constantFrom(...SAMPLES),
    changes: fc.array(fc.record({ isCore: fc.boolean(), at: fc.nat(), by: fc.nat() }), {
      minLength: 1,
      maxLength: 4,
    }),
  })
  .map(({ event, changes }) => changed(event, changes));

describe(`malformed events of real producers (TEST_SEED=${SEED})`, () => {
  test('are taken, or refused by path and rule, and hold nobody up', async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(malformed, async (event) => {
        const response = await post(event ?? null);
        const answer = (await response.json()) as Record<string, any>;
        expect([201, 400]).toContain(response.status);
        if (response.status === 400) {
          refused++;
          expect(answer).toMatchObject({
            code: 'InvalidInput',
            detail: expect.stringMatching(/^[\w[\].]+: \S/),
          });
        } else expect(answer['projectionError']).toBeUndefined();
      }),
      { numRuns: RUNS, seed: SEED },
    );
    expect(refused).toBeGreaterThan(0);
    expect((await post(good('after'))).status).toBe(201);
    const health = (await (await cairn.http('/health/ready')).json()) as Record<string, any>;
    expect(JSON.stringify(health)).toContain('"unprojectedEvents":0');
  }, 240_000);

  test('each of a batch is told of by its index, and the good ones among them are stored', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(malformed, { minLength: 1, maxLength: 6 }), async (events) => {
        const sent = events.flatMap((event, i) => [event ?? null, good(`beside ${i}`)]);
        const response = await post(sent, '/batch');
        const answer = (await response.json()) as any;
        expect(response.status).toBe(200);
        expect(answer.summary).toMatchObject({ received: sent.length, retriable: 0 });
        for (const { index, reason } of answer.failed_events ?? []) {
          expect(index % 2).toBe(0);
          expect(reason).toMatch(/^[\w[\].]+: \S/);
        }
      }),
      { numRuns: Math.ceil(RUNS / 10), seed: SEED },
    );
  }, 240_000);

  test('a key that would change the prototype of objects is refused with all that came with it', async () => {
    const poisoned = JSON.stringify(good('poisoned')).replace(
      '"namespace"',
      '"__proto__":{"isAdmin":true},"namespace"',
    );
    for (const [route, body] of [
      ['', poisoned],
      ['/batch', `[${poisoned}]`],
    ]) {
      const response = await cairn.http(`/api/v1/lineage${route}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: body!,
      });
      expect([response.status, ((await response.json()) as any).detail]).toEqual([
        400,
        expect.stringContaining('JSON'),
      ]);
    }
  });

  test('a facet of 5 MB comes back whole', async () => {
    const text = 'lorem ipsum '.repeat(440_000);
    const large = { _producer: 'https://example.com', _schemaURL: 'https://example.com/f.json', text };
    const event = { ...good('large'), outputs: [{ namespace: 'db', name: 'large', facets: { large } }] };
    expect((await post(event)).status).toBe(201);
    const { assetByName } = await cairn.ask(
      '{ assetByName(kind: dataset, identityNamespace: "db", identityName: "large") { facets } }',
    );
    expect(assetByName.facets.large.text.length).toBe(text.length);
  });
});
