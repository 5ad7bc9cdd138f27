import { describe, expect, it } from '@jest/globals';
import { EXIT, UsageError } from '../exit-codes.js';
import { parseAssetName } from '../lineage/asset-name.js';
import { newPart } from './follow.js';
import { submissionOf } from './submission.js';
import { exitCodeOfRun } from './training-run.js';

describe('a submission', () => {
  const options = { code: 'trainer@main', output: 'species' };

  it('takes names, mounts and branches from the addresses unless told', () => {
    expect(
      submissionOf({ ...options, input: ['penguins@v1', 'labels@main=data/labels'] }, ['node', 'train.mjs']),
    ).toMatchObject({
      name: 'species',
      inputs: [
        { repository: 'penguins', revision: 'v1', mount: 'penguins' },
        { repository: 'labels', revision: 'main', mount: 'data/labels' },
      ],
      code: { repository: 'trainer', revision: 'main' },
      output: { repository: 'species', branch: 'main' },
      command: ['node', 'train.mjs'],
    });
  });

  it('reads parameters as JSON where they are, and as text otherwise', () => {
    const { parameters } = submissionOf(
      { ...options, param: ['rate=0.1', 'name=big', 'layers=[8,4]', 'empty='] },
      ['x'],
    );
    expect(parameters).toEqual({ rate: 0.1, name: 'big', layers: [8, 4], empty: '' });
  });

  it('is refused without a command, a revision of an input or the name of a parameter', () => {
    expect(() => submissionOf(options, [])).toThrow(UsageError);
    expect(() => submissionOf({ ...options, input: ['penguins'] }, ['x'])).toThrow('penguins@main');
    expect(() => submissionOf({ ...options, param: ['=1'] }, ['x'])).toThrow('NAME=VALUE');
  });
});

describe('a run', () => {
  it.each([
    ['succeeded', EXIT.ok],
    ['running', EXIT.ok],
    ['failed', EXIT.failure],
    ['cancelled', EXIT.failure],
    ['lost', EXIT.failure],
  ])('that %s ends a wait with exit code %d', (state, expected) => {
    expect(exitCodeOfRun({ state })).toBe(expected);
  });
});

describe('following a log', () => {
  it.each([
    ['', 'a\n', 'a\n'],
    ['a\n', 'a\nb\n', 'b\n'],
    ['a\nb\n', 'b\nc\n', 'c\n'],
    ['a\nb\n', 'a\nb\n', ''],
    ['half', 'half a line\n', ' a line\n'],
    ['a\n', 'x\ny\n', 'x\ny\n'],
  ])('after %j, %j brings %j', (before, after, expected) => {
    expect(newPart(before, after)).toBe(expected);
  });
});

describe('the name of an asset', () => {
  it.each([
    ['penguins', { by: 'repository', name: 'penguins' }],
    [
      'job,train/species',
      { by: 'identity', kind: 'job', identityNamespace: 'cairn', identityName: 'train/species' },
    ],
    [
      'dataset,s3://lake,a,b',
      { by: 'identity', kind: 'dataset', identityNamespace: 's3://lake', identityName: 'a,b' },
    ],
    ['0b2e7a4c-1111-4222-8333-444455556666', { by: 'id', id: '0b2e7a4c-1111-4222-8333-444455556666' }],
  ])('%s is understood', (text, expected) => expect(parseAssetName(text)).toEqual(expected));

  it.each(['table,a,b', 'job,', 'job,,x'])('%s is refused', (text) =>
    expect(() => parseAssetName(text)).toThrow(UsageError),
  );
});
