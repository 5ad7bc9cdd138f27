import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { runContentHash } from './content-hash.js';

const pinned = (commitId: string) => ({ repository: 'r', assetId: 'a', revision: 'main', commitId });
const run = {
  inputs: [
    { ...pinned('c1'), mount: 'penguins' },
    { ...pinned('c2'), mount: 'islands' },
  ],
  code: pinned('c3'),
  command: ['node', 'train.mjs'] as const,
  parameters: { rate: 0.1, layers: { first: 3, second: 4 } },
  seed: 7,
  resources: {},
  environmentId: 'local node v20',
};

describe('the content hash of a run', () => {
  it('does not depend on the order of inputs and keys, nor on how a commit was named', () => {
    const same = {
      ...run,
      inputs: [run.inputs[1]!, { ...run.inputs[0]!, revision: 'v1' }],
      parameters: { layers: { second: 4, first: 3 }, rate: 0.1 },
    };
    expect(runContentHash(same)).toBe(runContentHash(run));
  });

  it.each([
    ['an input commit', { ...run, inputs: [{ ...run.inputs[0]!, commitId: 'other' }, run.inputs[1]!] }],
    ['a mount', { ...run, inputs: [{ ...run.inputs[0]!, mount: 'other' }, run.inputs[1]!] }],
    ['the code', { ...run, code: pinned('other') }],
    ['the lack of code', { ...run, code: null }],
    ['the command', { ...run, command: ['node', 'train.mjs', '--fast'] as const }],
    ['a parameter', { ...run, parameters: { ...run.parameters, rate: 0.2 } }],
    ['the seed', { ...run, seed: 8 }],
    ['the environment', { ...run, environmentId: 'local node v24' }],
  ])('changes with %s', (_, other) => {
    expect(runContentHash(other)).not.toBe(runContentHash(run));
  });

  it('tells any two parameter objects apart unless they are equal', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (a, b) => {
          const isSame =
            runContentHash({ ...run, parameters: a }) === runContentHash({ ...run, parameters: b });
          const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;
          expect(isSame).toBe(isDeepStrictEqual(plain(a), plain(b)));
        },
      ),
    );
  });
});
