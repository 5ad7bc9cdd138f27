import { z } from 'zod';
import { CHECKSUMS } from '../body/checksum.js';
import { digestIn } from '../content/etag.js';
import { S3Error } from '../protocol/s3-error.js';
import { allOf } from '../protocol/xml.js';
import type { UploadedPart } from './upload.repository.js';

export const MAX_PARTS = 10_000;
/** Of every part but the last one. */
const MIN_PART_BYTES = 5 * 1024 ** 2;

const number = z
  .string()
  .trim()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .refine((n) => n >= 1 && n <= MAX_PARTS);
const text = z.string().trim().max(200).optional();
const LIST = z.object({
  Part: z
    .preprocess(
      allOf,
      z.array(
        z.object({
          ...{ PartNumber: number, ETag: z.string().max(200) },
          ...{ ChecksumCRC32: text, ChecksumCRC32C: text, ChecksumCRC64NVME: text, ChecksumMD5: text },
          ...{ ChecksumSHA1: text, ChecksumSHA256: text, ChecksumSHA512: text },
        }),
      ),
    )
    .refine((parts) => parts.length >= 1 && parts.length <= MAX_PARTS),
});

/** A part that the client wants in the whole. */
export interface ListedPart {
  readonly number: number;
  /** Which its ETag names. */
  readonly sha256: string;
  readonly checksum?: string;
}

/** Reads what is to be completed. @throws {S3Error} MalformedXML, InvalidPartOrder */
export function parsePartList(document: unknown): ListedPart[] {
  const parsed = LIST.safeParse(document);
  if (!parsed.success)
    throw new S3Error(
      'MalformedXML',
      `1 to ${MAX_PARTS} <Part>s are needed, each with <PartNumber> and <ETag>.`,
    );
  const parts = parsed.data.Part.map(({ PartNumber, ETag, ...checksums }) => {
    const [checksum] = Object.values(checksums).filter((value) => value !== undefined);
    return { number: PartNumber, sha256: digestIn(ETag), ...(checksum !== undefined && { checksum }) };
  });
  if (parts.some(({ number: at }, i) => i > 0 && at <= parts[i - 1]!.number))
    throw new S3Error('InvalidPartOrder');
  return parts;
}

/**
 * The parts that were uploaded, as they are listed.
 * @throws {S3Error} InvalidPart, EntityTooSmall
 */
export function chooseParts(
  listed: readonly ListedPart[],
  uploaded: readonly UploadedPart[],
): UploadedPart[] {
  const byNumber = new Map(uploaded.map((part) => [part.number, part]));
  const chosen = listed.map(({ number: at, sha256, checksum }) => {
    const part = byNumber.get(at);
    const isSame =
      part?.sha256 === sha256 && (checksum === undefined || checksum === (part.checksum ?? checksum));
    if (!part || !isSame) throw new S3Error('InvalidPart', undefined, { PartNumber: at });
    return part;
  });
  const small = chosen.slice(0, -1).find(({ sizeBytes }) => sizeBytes < MIN_PART_BYTES);
  if (small)
    throw new S3Error('EntityTooSmall', undefined, {
      ...{ PartNumber: small.number, ProposedSize: small.sizeBytes, MinSizeAllowed: MIN_PART_BYTES },
    });
  return chosen;
}

/** The element of a checksum: `ChecksumCRC32`. */
export function checksumElement(algorithm: string | null, checksum: string | null): Record<string, string> {
  if (algorithm === null || checksum === null || !CHECKSUMS.includes(algorithm as (typeof CHECKSUMS)[number]))
    return {};
  return { [`Checksum${algorithm.toUpperCase()}`]: checksum };
}
