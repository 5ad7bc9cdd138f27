import { expect, test } from '@jest/globals';
import { namelessId, seal, sealBy, unseal } from './sealed-text.js';

test('a sealed text is opened again, looks otherwise each time, and is as long as others', () => {
  const [one, other] = [seal('["7"]'), seal('["7000000"]')];
  expect([unseal(one), unseal(other)]).toEqual(['["7"]', '["7000000"]']);
  expect(seal('["7"]')).not.toBe(one);
  expect(other).toHaveLength(one.length);
  expect(unseal(seal('ends in spaces  \n'))).toBe('ends in spaces  \n');
});

test('what was changed, cut, made up or sealed by others is not opened', () => {
  const sealed = seal('["7"]');
  const changed = `${sealed.slice(0, 20)}${sealed[20] === 'A' ? 'B' : 'A'}${sealed.slice(21)}`;
  for (const text of ['', 'x', changed, sealed.slice(0, -1), `${sealed}AAAA`, 'WyI3Il0'])
    expect(unseal(text)).toBeUndefined();
  sealBy('another installation');
  expect(unseal(sealed)).toBeUndefined();
});

test('an id of a number is the same each time, and of other kinds another', () => {
  expect(namelessId('access', '7')).toBe(namelessId('access', '7'));
  expect(new Set([namelessId('access', '7'), namelessId('access', '8'), namelessId('other', '7')]).size).toBe(
    3,
  );
});
