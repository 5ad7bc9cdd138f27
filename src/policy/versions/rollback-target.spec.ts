import { expect, it } from '@jest/globals';
import { rollbackTarget } from './rollback-target.js';

/** `A B <A`: A, then B, then back to A. */
const moves = (text: string) =>
  text
    .split(' ')
    .map(
      (word) =>
        ({ version: word.replace('<', ''), source: word.startsWith('<') ? 'rollback' : 'git' }) as const,
    );

it.each([
  ['A', undefined],
  ['A B', 'A'],
  ['A B C', 'B'],
  ['A B C <B', 'A'],
  ['A B C <B <A', undefined],
  ['A B C <A', undefined],
  ['A B C <B D', 'B'],
  ['A B A', 'B'],
  ['A B <A B', 'A'],
  ['A B <Z', 'B'],
])('after %s a rollback leads to %s', (text, target) => {
  expect(rollbackTarget(moves(text))).toBe(target);
});
