import { type ChecksumAlgorithm, CHECKSUMS, isChecksumOf, newChecksum } from '../body/checksum.js';
import { S3Error } from '../protocol/s3-error.js';
import type { UploadedPart } from './upload.repository.js';

/** What the client says the whole must be: a checksum over all bytes, or one over the checksums of the parts. */
export interface WholeChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly expected: string;
  /** As far as the client says which it is. */
  readonly type?: 'FULL_OBJECT' | 'COMPOSITE';
}

/** @throws {S3Error} InvalidRequest */
export function wholeChecksum(headers: Readonly<Record<string, string>>): WholeChecksum | undefined {
  for (const algorithm of CHECKSUMS) {
    const value = headers[`x-amz-checksum-${algorithm}`];
    if (value === undefined) continue;
    // S3 shows a checksum of checksums with the number of parts behind it.
    const expected = value.replace(/-\d{1,5}$/, '');
    const type = expected === value ? headers['x-amz-checksum-type'] : 'COMPOSITE';
    if (!isChecksumOf(algorithm, expected))
      throw new S3Error('InvalidRequest', `Value for x-amz-checksum-${algorithm} header is invalid.`);
    if (type !== undefined && type !== 'FULL_OBJECT' && type !== 'COMPOSITE')
      throw new S3Error('InvalidRequest', 'x-amz-checksum-type must be FULL_OBJECT or COMPOSITE.');
    return { algorithm, expected, ...(type !== undefined && { type }) };
  }
  return undefined;
}

/**
 * Whether a checksum is that of the checksums of the parts, so that nothing is left to check over the bytes: each part was checked as it came.
 * Source: Amazon S3, "Checking object integrity", composite checksums.
 * @param uploaded the algorithm that the parts were to come with
 * @throws {S3Error} BadDigest when it is said to be one and is not
 */
export async function isOfParts(
  { algorithm, expected, type }: WholeChecksum,
  uploaded: string | null,
  parts: readonly UploadedPart[],
): Promise<boolean> {
  if (type === 'FULL_OBJECT') return false;
  const checksum = newChecksum(algorithm);
  let areKnown = uploaded === algorithm;
  for (const part of parts) {
    if (part.checksum === null) areKnown = false;
    else checksum.update(Buffer.from(part.checksum, 'base64'));
  }
  if (areKnown && (await checksum.digest()) === expected) return true;
  if (type === 'COMPOSITE')
    throw new S3Error('BadDigest', 'The checksum is not that of the checksums that the parts came with.');
  return false;
}
