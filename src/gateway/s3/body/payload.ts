import { S3Error } from '../protocol/s3-error.js';
import type { S3Request } from '../protocol/s3-request.js';
import { type Authorization, UNSIGNED_PAYLOAD } from '../signature/authorization.js';
import type { BodySigner } from '../signature/request-signature.js';
import { type ChunkedFraming, decodeAwsChunked } from './aws-chunked.js';
import {
  type Checksum,
  type ChecksumAlgorithm,
  CHECKSUMS,
  isChecksumAlgorithm,
  isChecksumOf,
  newChecksum,
} from './checksum.js';

/** What was said of a body, beside its bytes. */
interface Announced {
  readonly sizeBytes: number;
  /** Of the signature. */
  readonly sha256?: string;
  readonly md5?: string;
  readonly algorithm?: ChecksumAlgorithm;
  /** Absent where it comes in the trailer. */
  readonly checksum?: string;
  readonly framing?: ChunkedFraming;
}

/** The body of a request, to be read once and to its end: all that was announced of it is checked before the end is told. */
export interface Payload {
  /** Ends with an S3Error instead when something is not as announced. */
  readonly bytes: AsyncIterable<Buffer>;
  readonly sizeBytes: number;
  /** What the whole must hash to, in hex; whoever hashes it anyway has to check it, by {@link mismatch}. */
  readonly sha256?: string;
  readonly algorithm?: ChecksumAlgorithm;
  /** The checksum in base64, once the bytes have ended. */
  checksum(): string | undefined;
  /** What to answer when the bytes are not those of {@link sha256}. */
  mismatch(): S3Error;
}

const FRAMINGS: Readonly<Record<string, { readonly isSigned: boolean; readonly hasTrailer: boolean }>> = {
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD': { isSigned: true, hasTrailer: false },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': { isSigned: true, hasTrailer: true },
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER': { isSigned: false, hasTrailer: true },
};

/** How a body is to be read. */
export interface PayloadRules {
  readonly maxBytes: number;
  /** Whether `x-amz-checksum-…` is of this body; default true. */
  readonly hasChecksum?: boolean;
}

/**
 * Opens the body. Nothing of it is read yet, and the client is not asked for it yet.
 * @throws {S3Error} MissingContentLength, EntityTooLarge, InvalidDigest, InvalidRequest …
 */
export function openPayload(
  request: S3Request,
  { payload }: Authorization,
  signer: BodySigner,
  { maxBytes, hasChecksum = true }: PayloadRules,
): Payload {
  const announced = readAnnounced(request, payload, signer, hasChecksum);
  const { sizeBytes, framing, algorithm } = announced;
  if (sizeBytes > maxBytes)
    throw new S3Error('EntityTooLarge', undefined, { ProposedSize: sizeBytes, MaxSizeAllowed: maxBytes });
  // SHA-256 is the name of the object, so whoever stores the bytes computes it.
  const announcedSha256 = algorithm === 'sha256' ? announced.checksum : undefined;
  const sha256 =
    announced.sha256 ?? (announcedSha256 && Buffer.from(announcedSha256, 'base64').toString('hex'));
  let found = announcedSha256;
  async function* bytes(): AsyncGenerator<Buffer> {
    const checksum = algorithm && announcedSha256 === undefined ? newChecksum(algorithm) : undefined;
    const md5 = announced.md5 === undefined ? undefined : newChecksum('md5');
    const trailer = new Map<string, string>();
    const raw = arriving(request);
    let left = sizeBytes;
    for await (const chunk of framing ? decodeAwsChunked(raw, framing, trailer) : raw) {
      left -= chunk.length;
      if (left < 0) break;
      checksum?.update(chunk);
      md5?.update(chunk);
      yield chunk;
    }
    if (left !== 0) throw new S3Error('IncompleteBody');
    await assertSame(md5, announced.md5);
    if (checksum === undefined) return;
    found = await assertSame(
      checksum,
      announced.checksum ?? trailer.get(`x-amz-checksum-${algorithm!}`) ?? '',
    );
  }
  return {
    ...{ bytes: bytes(), sizeBytes },
    ...(sha256 !== undefined && { sha256 }),
    ...(algorithm !== undefined && { algorithm }),
    checksum: () => found,
    mismatch: () => new S3Error(announced.sha256 === undefined ? 'BadDigest' : 'XAmzContentSHA256Mismatch'),
  };
}

/** A whole body that is kept in memory. @throws {S3Error} */
export async function readPayload(payload: Payload): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const hash = newChecksum('sha256');
  for await (const chunk of payload.bytes) {
    hash.update(chunk);
    chunks.push(chunk);
  }
  const found = Buffer.from(await hash.digest(), 'base64').toString('hex');
  if (payload.sha256 !== undefined && payload.sha256 !== found) throw payload.mismatch();
  return Buffer.concat(chunks);
}

function readAnnounced(
  request: S3Request,
  payload: string,
  signer: BodySigner,
  hasChecksum: boolean,
): Announced {
  const { headers } = request;
  const framing = FRAMINGS[payload];
  const isHashed = /^[0-9a-f]{64}$/.test(payload);
  if (framing === undefined && !isHashed && payload !== UNSIGNED_PAYLOAD)
    throw new S3Error('InvalidArgument', 'x-amz-content-sha256 is none that is known here.');
  const length = headers[framing ? 'x-amz-decoded-content-length' : 'content-length'];
  if (length === undefined || !/^\d{1,15}$/.test(length))
    throw new S3Error(
      'MissingContentLength',
      framing ? 'x-amz-decoded-content-length is needed with this x-amz-content-sha256.' : undefined,
    );
  const md5 = headers['content-md5'];
  if (md5 !== undefined && Buffer.from(md5, 'base64').length !== 16) throw new S3Error('InvalidDigest');
  return {
    sizeBytes: Number(length),
    ...(isHashed && { sha256: payload }),
    ...(md5 !== undefined && { md5 }),
    ...(hasChecksum && readChecksum(headers, framing?.hasTrailer ?? false)),
    ...(framing && { framing: { hasTrailer: framing.hasTrailer, ...(framing.isSigned && { signer }) } }),
  };
}

function readChecksum(
  headers: S3Request['headers'],
  hasTrailer: boolean,
): Pick<Announced, 'algorithm' | 'checksum'> {
  const given = CHECKSUMS.filter((name) => headers[`x-amz-checksum-${name}`] !== undefined);
  const [algorithm, another] = given;
  if (another !== undefined)
    throw new S3Error('InvalidRequest', 'One x-amz-checksum-… is taken, not several.');
  if (algorithm !== undefined) {
    const checksum = headers[`x-amz-checksum-${algorithm}`]!;
    if (!isChecksumOf(algorithm, checksum))
      throw new S3Error('InvalidRequest', `Value for x-amz-checksum-${algorithm} header is invalid.`);
    return { algorithm, checksum };
  }
  const unknown = Object.keys(headers).find((name) => /^x-amz-checksum-(?!algorithm|type|mode)/.test(name));
  if (unknown !== undefined) throw new S3Error('NotImplemented', `${unknown} cannot be checked here.`);
  const announced = headers['x-amz-trailer'];
  if (announced === undefined || !hasTrailer) return {};
  const name = /^x-amz-checksum-([a-z0-9]+)$/i.exec(announced.trim())?.[1]?.toLowerCase() ?? '';
  if (!isChecksumAlgorithm(name))
    throw new S3Error('InvalidRequest', 'x-amz-trailer must name one checksum.');
  return { algorithm: name };
}

/** The raw body, which the client is asked for now. A connection that ends too early is told as what it is. */
async function* arriving({ stream, sendContinue }: S3Request): AsyncGenerator<Buffer> {
  sendContinue();
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    if (stream.destroyed && !stream.complete)
      throw new S3Error('IncompleteBody', undefined, {}, { cause: error });
    throw error;
  }
}

async function assertSame(
  checksum: Checksum | undefined,
  expected: string | undefined,
): Promise<string | undefined> {
  const found = await checksum?.digest();
  if (found !== expected) throw new S3Error('BadDigest');
  return found;
}
