import { describe, expect, it } from '@jest/globals';
import { validate } from '../../platform/errors/index.js';
import { submitSchema } from './run-input.js';

const fit = {
  name: 'species',
  inputs: [{ repository: 'penguins', revision: 'v1', mount: 'penguins' }],
  command: ['node', 'train.mjs'],
  output: { repository: 'penguin-species', branch: 'main' },
};
const parse = (change: object) => validate(submitSchema(7_200), { ...fit, ...change }, 'input');

describe('a request for a training run', () => {
  it('gets its defaults', () => {
    expect(parse({})).toMatchObject({ parameters: {}, seed: 0, timeoutSeconds: 3_600 });
    expect(validate(submitSchema(60), fit, 'input').timeoutSeconds).toBe(60);
  });

  it('may say where to run', () => {
    const demands = {
      image: 'registry.example.org/a/train:1@sha256:0',
      resources: { cpu: '500m', memory: '1.5Gi', 'nvidia.com/gpu': '2' },
    };
    expect(parse(demands)).toMatchObject(demands);
  });

  const input = fit.inputs[0]!;
  it.each<[object, string]>([
    [{ name: ' ' }, 'input.name'],
    [{ inputs: [] }, 'input.inputs'],
    [{ inputs: Array.from({ length: 17 }, (_, i) => ({ ...input, mount: `m${i}` })) }, 'input.inputs'],
    [{ inputs: [{ ...input, mount: '../x' }] }, 'input.inputs[0].mount'],
    [{ inputs: [{ ...input, mount: '..' }] }, 'input.inputs[0].mount'],
    [{ inputs: [{ ...input, mount: 'a/b' }] }, 'input.inputs[0].mount'],
    [{ inputs: [{ ...input, mount: '' }] }, 'input.inputs[0].mount'],
    [{ inputs: [input, input] }, 'input.inputs[1].mount'],
    [{ command: [] }, 'input.command[0]'],
    [{ command: [''] }, 'input.command[0]'],
    [{ command: ['node', 'a\0b'] }, 'input.command[1]'],
    [{ name: 'a\ud800' }, 'input.name'],
    [{ parameters: { deep: [{ text: 'a\0b' }] } }, 'input.parameters'],
    [{ command: Array.from({ length: 65 }, () => 'x') }, 'input.command'],
    [{ parameters: { text: 'x'.repeat(65_536) } }, 'input.parameters'],
    [{ parameters: ['a list'] }, 'input.parameters'],
    [{ image: '' }, 'input.image'],
    [{ image: 'a image' }, 'input.image'],
    [{ resources: { gpu: '1' } }, 'input.resources.gpu'],
    [{ resources: { memory: '8GB' } }, 'input.resources.memory'],
    [{ resources: { memory: '-1' } }, 'input.resources.memory'],
    [{ resources: { 'nvidia.com/gpu': '0.5' } }, 'input.resources.nvidia.com/gpu'],
    [
      { resources: Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`a.b/c${i}`, '1'])) },
      'input.resources',
    ],
    [{ seed: -1 }, 'input.seed'],
    [{ seed: 1.5 }, 'input.seed'],
    [{ timeoutSeconds: 0 }, 'input.timeoutSeconds'],
    [{ timeoutSeconds: 7_201 }, 'input.timeoutSeconds'],
  ])('%j is refused, naming the field', (change, field) => {
    expect(() => parse(change)).toThrow(expect.objectContaining({ field }));
  });
});
