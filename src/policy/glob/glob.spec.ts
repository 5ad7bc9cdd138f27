import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { globMatches, globToRegex, parseGlob } from './glob.js';
import type { Glob } from './glob.js';
import { objectMatches, parseObjectGlob } from './object-glob.js';

function glob(source: string): Glob {
  const parsed = parseGlob(source);
  if (typeof parsed === 'string') throw new TypeError(parsed);
  return parsed;
}

describe('a glob', () => {
  it.each([
    ['orders', 'orders', true],
    ['orders', 'Orders', false],
    ['raw*', 'raw', true],
    ['raw*', 'raw.csv', true],
    ['raw*', 'raw/x', false],
    ['a/*/c', 'a/b/c', true],
    ['a/*/c', 'a/b/b/c', false],
    ['a/**', 'a/b/c', true],
    ['a/**', 'a', false],
    ['a/**/c', 'a/c', true],
    ['a/**/c', 'a/b/b/c', true],
    ['a/**/c', 'a/bc', false],
    ['**/c', 'c', true],
    ['**/c', 'x/y/c', true],
    ['**/c', 'xc', false],
    ['**', '../.hidden\n', true],
    ['**', '', true],
    ['postgres://*:5432', 'postgres://db:5432', true],
    ['*a*b*', 'xxaxxbxx', true],
    ['*a*b*', 'xxbxxaxx', false],
  ])('%j against %j: %j', (source, text, expected) => {
    expect(globMatches(glob(source), text)).toBe(expected);
  });

  it.each([
    '',
    'a?',
    'a[b]',
    '{a,b}',
    '!a',
    'a**',
    'a/***',
    '**/**',
    'a\\b',
    'a\tb',
    '*'.repeat(1) + 'a*'.repeat(17),
  ])('refuses %j with a sentence', (source) => {
    expect(typeof parseGlob(source)).toBe('string');
  });

  it('agrees with its own regular expression, which is what PostgreSQL gets', () => {
    const segment = fc.oneof(fc.constantFrom('*', '**', 'a', 'b.', '*a', 'a*b', '_%', '$^|+-', 'é'));
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', '.', '/', '_', '%', '$', '^', '|', '+', '-', 'é', '\n'),
    });
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), text, (segments, name) => {
        const parsed = parseGlob(segments.join('/'));
        fc.pre(typeof parsed !== 'string');
        expect(globMatches(parsed, name)).toBe(new RegExp(globToRegex(parsed), 's').test(name));
      }),
      { numRuns: 5000 },
    );
  });

  it('does not slow down on patterns made to backtrack', () => {
    expect(globMatches(glob('*a'.repeat(15) + '*b'), 'a'.repeat(20_000))).toBe(false);
  });
});

describe('an object glob', () => {
  it.each([
    ['**', 'system', 'audit', true],
    ['dataset/**', 'dataset', 'a/b', true],
    ['dataset/**', 'model', 'a/b', false],
    ['*/orders', 'model', 'orders', true],
    ['**/orders', 'dataset', 'a/orders', true],
    ['**/orders', 'dataset', 'orders', true],
  ] as const)('%j against %s/%s: %j', (source, kind, name, expected) => {
    const parsed = parseObjectGlob(source);
    if (typeof parsed === 'string') throw new TypeError(parsed);
    expect(objectMatches(parsed, kind, name)).toBe(expected);
  });

  it.each(['datasets/**', 'dataset', '*', 'data*/x', ''])('refuses %j', (source) => {
    expect(typeof parseObjectGlob(source)).toBe('string');
  });
});
