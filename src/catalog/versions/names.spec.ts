import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { InvalidInputError } from '../../platform/errors/index.js';
import { parseAddress, parseRefName, parseRevision } from './index.js';

const ID = '0123456789abcdef'.repeat(4);

describe('ref names', () => {
  it.each(['main', 'v1', 'feature/clean-up', 'v1.2.3', 'ü', 'a@b', 'deadbeef', 'heads', 'a.b'])(
    '%j is one',
    (name) => {
      expect(parseRefName(name)).toBe(name);
    },
  );

  it.each([
    ['', 'must not be empty'],
    ['HEAD', 'is reserved'],
    ['@', 'is reserved'],
    ['a b', 'must not contain spaces'],
    ['a~1', 'must not contain spaces'],
    ['a:b', 'must not contain spaces'],
    ['a\\b', 'must not contain spaces'],
    ['a\u0000', 'control characters'],
    ['a..b', 'must not contain ".."'],
    ['a@{1}', '"@{"'],
    ['/a', 'must not start or end with "/"'],
    ['a//b', 'must not start or end with "/"'],
    ['.a', 'starts with "."'],
    ['a/.b', 'starts with "."'],
    ['a.lock', 'ends with ".lock"'],
    ['a.lock/b', 'ends with ".lock"'],
    ['a.', 'must not end with "."'],
    ['-a', 'must not start with "-"'],
    [ID, 'must not look like a commit id'],
    [ID.toUpperCase(), 'must not look like a commit id'],
    ['a'.repeat(256), '255 bytes'],
    ['\ud800', 'surrogate'],
  ])('%j is refused: %s', (name, rule) => {
    expect(() => parseRefName(name, 'branch')).toThrow('branch: ');
    expect(() => parseRefName(name)).toThrow(rule);
  });
});

describe('revisions', () => {
  it.each([
    ['main', { start: { kind: 'ref', name: 'main' }, steps: [] }],
    ['HEAD~', { start: { kind: 'head' }, steps: [{ kind: 'ancestor', distance: 1 }] }],
    [ID, { start: { kind: 'commit', id: ID }, steps: [] }],
    ['01234567', { start: { kind: 'ref', name: '01234567', commitPrefix: '01234567' }, steps: [] }],
    ['0123456', { start: { kind: 'ref', name: '0123456' }, steps: [] }],
    [
      'main^2~3',
      {
        start: { kind: 'ref', name: 'main' },
        steps: [
          { kind: 'parent', position: 2 },
          { kind: 'ancestor', distance: 3 },
        ],
      },
    ],
  ])('%s is read', (text, revision) => {
    expect(parseRevision(text)).toEqual(revision);
  });

  it.each([
    '',
    '~1',
    'main~x',
    'main~99999',
    'main^{commit}',
    'main~1 ',
    'a'.repeat(400),
    `main${'~'.repeat(33)}`,
  ])('%j is refused', (text) => {
    expect(() => parseRevision(text, 'at')).toThrow('at: ');
  });
});

describe('addresses', () => {
  const main = { start: { kind: 'ref', name: 'main' }, steps: [] };
  it.each([
    ['penguins', { repository: 'penguins' }],
    ['penguins@main', { repository: 'penguins', revision: main }],
    ['penguins:raw/a.csv', { repository: 'penguins', path: 'raw/a.csv' }],
    ['acme/penguins@main:a:b@c', { repository: 'acme/penguins', revision: main, path: 'a:b@c' }],
  ])('%s is read', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });

  it.each([
    ['', 'address.repository'],
    ['@main', 'address.repository'],
    ['a b@main', 'address.repository'],
    ['penguins@', 'address.revision'],
    ['penguins@a..b:c', 'address.revision'],
    ['penguins@main:', 'address.path'],
    ['penguins@main:../x', 'address.path'],
  ])('%j is refused with the part at fault', (text, field) => {
    expect(() => parseAddress(text)).toThrow(`${field}: `);
  });

  it('any text is read or refused by a named rule', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '@', ':', '~', '^', '/', '.', '0', ' ', 'ü') }),
        (text) => {
          try {
            expect(text.startsWith(parseAddress(text).repository)).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidInputError);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
