import { expect, it } from '@jest/globals';
import { InvalidInputError } from '../errors/domain-error.js';
import { cursorOf, pageRequest } from './pagination.js';

/** As long as the names of assets may be, in bytes. */
const NAME_BYTES = 2_400;

it.each(['x', 'ü', '"', '\\', '\n', '\u0001', '😀'])(
  'the end of a page is taken back whatever name it ends with: %j',
  (character) => {
    const name = character.repeat(NAME_BYTES / Buffer.byteLength(character));
    const key = [name, 'c0ffee00-0000-4000-8000-000000000000'];
    expect(pageRequest({ first: 1, after: cursorOf(key) }, 2).after).toEqual(key);
  },
);

it('what no page ended with is refused', () => {
  for (const after of [
    '',
    'x',
    cursorOf(['one']),
    cursorOf([['list'], 'two']),
    cursorOf(['x'.repeat(20_000), 'y']),
  ])
    expect(() => pageRequest({ first: 1, after }, 2)).toThrow(InvalidInputError);
});
