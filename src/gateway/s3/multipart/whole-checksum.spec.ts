import { expect, test } from '@jest/globals';
import { newChecksum } from '../body/checksum.js';
import type { UploadedPart } from './upload.repository.js';
import { isOfParts, wholeChecksum } from './whole-checksum.js';

async function crc32(bytes: Uint8Array): Promise<string> {
  const checksum = newChecksum('crc32');
  checksum.update(bytes);
  return checksum.digest();
}

const checksums = [await crc32(Buffer.from('one')), await crc32(Buffer.from('two'))];
const parts = checksums.map((checksum) => ({ checksum }) as UploadedPart);
const ofParts = await crc32(Buffer.concat(checksums.map((checksum) => Buffer.from(checksum, 'base64'))));
const ofWhole = await crc32(Buffer.from('onetwo'));

test.each([
  [ofParts, undefined, 'crc32', true],
  [`${ofParts}-2`, undefined, 'crc32', true],
  [ofParts, 'COMPOSITE', 'crc32', true],
  [ofParts, 'FULL_OBJECT', 'crc32', false],
  [ofWhole, undefined, 'crc32', false],
  [ofWhole, 'COMPOSITE', 'crc32', 'BadDigest'],
  [`${ofWhole}-2`, undefined, 'crc32', 'BadDigest'],
  [`${ofParts}-2`, undefined, 'sha256', 'BadDigest'],
  [`${ofParts}-2`, undefined, null, 'BadDigest'],
] as const)('%s of type %s after parts with %s', async (value, type, uploaded, expected) => {
  const headers = {
    'x-amz-checksum-crc32': value,
    ...(type !== undefined && { 'x-amz-checksum-type': type }),
  };
  const found = isOfParts(wholeChecksum(headers)!, uploaded, parts);
  if (typeof expected === 'boolean') expect(await found).toBe(expected);
  else await expect(found).rejects.toMatchObject({ code: expected });
});

test('a part that came without its checksum leaves the whole to be checked', async () => {
  const [first] = parts;
  const whole = wholeChecksum({ 'x-amz-checksum-crc32': ofParts })!;
  expect(await isOfParts(whole, 'crc32', [first!, { ...first!, checksum: null }])).toBe(false);
});
