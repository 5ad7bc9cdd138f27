import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { comparePaths, parsePath } from './paths.js';

describe('paths', () => {
  it.each([
    ['', 'must not be empty'],
    ['/a', 'must not start or end with "/"'],
    ['a/', 'must not start or end with "/"'],
    ['a//b', 'must not start or end with "/" or contain "//"'],
    ['..', '"." or ".."'],
    ['a/../b', '"." or ".."'],
    ['./a', '"." or ".."'],
    ['a\0b', 'NUL'],
    ['a\nb', 'control'],
    ['a\u0085b', 'control'],
    ['a\ud800b', 'surrogate'],
    ['a'.repeat(1025), '1024 bytes'],
    ['ü'.repeat(513), '1024 bytes'],
  ])('%j is refused with the field and the rule', (path, rule) => {
    expect(() => parsePath(path, 'edits[3].path')).toThrow('edits[3].path: ');
    expect(() => parsePath(path)).toThrow(rule);
  });

  it.each(['a', 'a/b.csv', '...', 'a/..b', 'ü/😀', 'with space', 'back\\slash', 'ü'.repeat(512), '.hidden'])(
    '%j is a path',
    (path) => {
      expect(parsePath(path)).toBe(path);
    },
  );

  it('the order of paths is the order of their bytes', () => {
    const text = fc.string({ unit: 'binary', maxLength: 6 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(comparePaths(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      {
        numRuns: 500,
        examples: [
          ['\uffff', '😀'],
          ['a\ue000', 'a\u{10000}'],
          ['\ud7ff', '😀'],
        ],
      },
    );
  });
});
