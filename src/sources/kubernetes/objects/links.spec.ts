import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dataLinksOf } from './data-links.js';
import { imageDigest } from './image-digest.js';
import { lineageVariablesOf } from './lineage-variables.js';

const COMMIT = 'a'.repeat(64);
const inputs = (text: string) => dataLinksOf({ 'cairn.dev/inputs': text });

describe('annotations name', () => {
  test.each([
    ['s3://lake raw/orders', [{ namespace: 's3://lake', name: 'raw/orders' }]],
    [
      'a b, c d\n\n,e\tf',
      [
        ['a', 'b'],
        ['c', 'd'],
        ['e', 'f'],
      ].map(([namespace, name]) => ({ namespace, name })),
    ],
    ['a b, a b', [{ namespace: 'a', name: 'b' }]],
    [`cairn://orders@${COMMIT}`, [{ namespace: 'cairn', name: 'orders', version: COMMIT }]],
    ['cairn://orders@main', [{ namespace: 'cairn', name: 'orders' }]],
    ['cairn://orders', [{ namespace: 'cairn', name: 'orders' }]],
    [
      '["a b", {"namespace": "n", "name": "x, y", "version": "7"}]',
      [
        { namespace: 'a', name: 'b' },
        { namespace: 'n', name: 'x, y', version: '7' },
      ],
    ],
    ['', []],
    ['[]', []],
  ])('%j', (text, datasets) => {
    expect(inputs(text)).toMatchObject({ inputs: datasets, outputs: [], problems: [] });
  });

  test.each([
    ['alone', 'must be NAMESPACE NAME'],
    ['a b c', 'must be NAMESPACE NAME'],
    ['cairn://', 'must be cairn://REPOSITORY'],
    ['cairn://../x', 'must be cairn://REPOSITORY'],
    ['[', 'is no JSON'],
    ['[7]', 'must be a text, or an object'],
    ['[null]', 'must be a text, or an object'],
    ['[{"namespace": "n"}]', 'must be a text, or an object'],
    ['[{"namespace": "n", "name": "x", "version": 1}]', 'has a version that is no text'],
    [`n ${'x'.repeat(2_001)}`, 'must not be longer than 2000 bytes'],
    ['["n \\u0000x"]', 'must not hold control characters'],
  ])('nothing by %j, and it is told why', (text, problem) => {
    const links = inputs(text);
    expect(links.inputs).toEqual([]);
    expect(links.problems).toEqual([expect.stringMatching(/^cairn\.dev\/inputs: /)]);
    expect(links.problems[0]).toContain(problem);
  });

  test('what is good beside what is not, and a hundred at most', () => {
    const links = inputs(`bad,${Array.from({ length: 105 }, (_, i) => `n x${i}`).join(',')}`);
    expect([links.inputs.length, links.entries]).toEqual([99, 106]);
    expect(links.problems[0]).toMatch(/has 106 entries; those after the first 100 are not taken/);
  });

  test('what the nearest object with any says', () => {
    const near = { 'cairn.dev/outputs': 'n near' };
    const far = { 'cairn.dev/inputs': 'n far' };
    expect(dataLinksOf(undefined, null, near, far)).toMatchObject({
      ...{ inputs: [], outputs: [{ namespace: 'n', name: 'near' }] },
    });
  });

  test('datasets that an event can hold, whatever they are', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        for (const { namespace, name } of inputs(text).inputs) {
          expect(namespace).not.toBe('');
          expect(name).not.toBe('');
          expect((namespace + name).isWellFormed()).toBe(true);
          expect(Buffer.byteLength(namespace + name)).toBeLessThan(2_400);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('variables', () => {
  const RUN = '0b6a52f1-3f0d-4b52-9a3e-0e6d3a3c7c11';
  const of = (...env: object[]) =>
    lineageVariablesOf({
      containers: [
        { name: 'side', env: null },
        { name: 'main', env: env as never },
      ],
    });

  test.each([
    [`airflow/etl.load/${RUN}`, 'airflow', 'etl.load'],
    [`kubernetes://prod/team/Job/x/${RUN.toUpperCase()}`, 'kubernetes://prod', 'team/Job/x'],
    [`cairn/training of model/${RUN}`, 'cairn', 'training of model'],
  ])('name the run that launched a pod: %s', (value, namespace, name) => {
    expect(of({ name: 'OPENLINEAGE_PARENT_ID', value })).toEqual({
      ...{ parent: { namespace, name, runId: RUN }, problems: [] },
    });
  });

  test.each(['x', `/n/${RUN}`, `n//${RUN}`, 'a/b/c', `n/a\n/${RUN}`, `n/${'x'.repeat(2_000)}/${RUN}`])(
    'that name no run are told of: %j',
    (value) => {
      expect(of({ name: 'OPENLINEAGE_PARENT_ID', value })).toEqual({
        problems: ['OPENLINEAGE_PARENT_ID: must be NAMESPACE/JOB/RUN, with a UUID for RUN'],
      });
    },
  );

  test('from elsewhere cannot be read; the last of two of one name counts', () => {
    expect(of({ name: 'OPENLINEAGE_NAMESPACE', valueFrom: {} })).toEqual({ problems: [] });
    const twice = ['one', 'two'].map((value) => ({ name: 'OPENLINEAGE_NAMESPACE', value }));
    expect(of(...twice)).toEqual({ namespace: 'two', problems: [] });
  });
});

test.each([
  [`docker-pullable://reg:5000/a/b@sha256:${COMMIT}`, `reg:5000/a/b@sha256:${COMMIT}`],
  [`docker.io/library/busybox@sha256:${COMMIT}`, `docker.io/library/busybox@sha256:${COMMIT}`],
  [`busybox:1.36@sha256:${COMMIT}`, `busybox@sha256:${COMMIT}`],
  [`reg:5000/busybox:1.36@sha256:${COMMIT}`, `reg:5000/busybox@sha256:${COMMIT}`],
  [`sha256:${COMMIT}`, undefined],
  [`@sha256:${COMMIT}`, undefined],
  ['busybox:1.36', undefined],
  ['busybox@sha256:abc', undefined],
  ['', undefined],
  [undefined, undefined],
])('the digest of %s', (imageId, digest) => {
  expect(imageDigest(imageId)).toBe(digest);
});
