import { expect, test } from '@jest/globals';
import { OperationNames } from './operation-names.js';

test('names of answered operations are labels, as long as they are few', () => {
  const names = new OperationNames(2);
  expect([names.label('A', true), names.label('B', true), names.label('C', true)]).toEqual([
    'A',
    'B',
    'other',
  ]);
  expect([names.label('A', false), names.label('B', true)]).toEqual(['A', 'B']);
});

test('whoever is refused adds no label', () => {
  const names = new OperationNames(2);
  expect(names.label('Noise', false)).toBe('other');
  expect(names.label('x'.repeat(101), true)).toBe('other');
  expect(names.label(undefined, true)).toBe('anonymous');
  expect([names.label('A', true), names.label('B', true)]).toEqual(['A', 'B']);
});
