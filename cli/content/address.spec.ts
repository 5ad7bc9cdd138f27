import { describe, expect, it } from '@jest/globals';
import { UsageError } from '../exit-codes.js';
import { parseAddress, parseRevisionAddress } from './address.js';
import { joinTarget, mediaTypeOf } from './local-files.js';

describe('an address', () => {
  it.each([
    ['penguins', { repository: 'penguins' }],
    ['penguins@v1', { repository: 'penguins', revision: 'v1' }],
    ['penguins@feature/clean~2', { repository: 'penguins', revision: 'feature/clean~2' }],
    [
      'penguins@main:raw/penguins.csv',
      { repository: 'penguins', revision: 'main', path: 'raw/penguins.csv' },
    ],
    ['penguins@main:', { repository: 'penguins', revision: 'main', path: '' }],
    ['penguins:odd@name:x', { repository: 'penguins', path: 'odd@name:x' }],
  ])('%s is taken apart', (text, expected) => {
    expect(parseAddress(text)).toEqual(expected);
  });

  it.each(['', '@main', ':path', 'penguins@', 'penguins@:path'])('%j is refused', (text) => {
    expect(() => parseAddress(text)).toThrow(UsageError);
  });

  it('must name a revision where content is read', () => {
    expect(() => parseRevisionAddress('penguins:raw.csv')).toThrow('penguins@main');
  });
});

describe('the path of a local file', () => {
  it.each([
    ['', 'a.csv', 'a.csv'],
    ['raw', 'a.csv', 'raw/a.csv'],
    ['/raw//', 'sub/a.csv', 'raw/sub/a.csv'],
    ['.', './a.csv', 'a.csv'],
  ])('below %j, %j is %j', (prefix, name, expected) => {
    expect(joinTarget(prefix, name)).toBe(expected);
  });

  it('tells the media type by its ending, or none', () => {
    expect(mediaTypeOf('x/PENGUINS.CSV')).toBe('text/csv');
    expect(mediaTypeOf('Makefile')).toBeUndefined();
  });
});
