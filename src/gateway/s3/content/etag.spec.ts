import { expect, test } from '@jest/globals';
import { digestIn, etagOf } from './etag.js';

const SHA256 = 'ab'.repeat(32);

test.each([
  [etagOf(SHA256), SHA256],
  [` W/"${SHA256}-1" `, SHA256],
  [`${SHA256}-1`, SHA256],
  [`"${SHA256}"`, SHA256],
  [' * ', '*'],
  ['*-1', '*-1'],
  [`"${SHA256}-2"`, `${SHA256}-2`],
])('the ETag %s names %s', (etag, named) => {
  expect(digestIn(etag)).toBe(named);
});
