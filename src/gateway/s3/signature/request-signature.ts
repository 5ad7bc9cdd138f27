import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import {
  getCanonicalHeaders,
  getSigningKey,
  SignatureV4Base,
  type SignatureV4CryptoInit,
} from '@smithy/signature-v4';
import { S3Error } from '../protocol/s3-error.js';
import type { S3Request } from '../protocol/s3-request.js';
import type { Authorization } from './authorization.js';

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** What goes on being signed within a body: each chunk is, with the signature before it. */
export interface BodySigner {
  /** The signature of the request, from which the chain starts. */
  readonly seed: string;
  /** @param kind of what is signed: a chunk, or the trailer @param text lines that differ */
  sign(kind: 'PAYLOAD' | 'TRAILER', text: string): string;
}

/**
 * Signs the request again by the secret, and compares.
 * @throws {S3Error} SignatureDoesNotMatch
 */
export async function verifySignature(
  request: S3Request,
  authorization: Authorization,
  secret: string,
): Promise<BodySigner> {
  const { accessKeyId, date, region, timestamp, signature: seed } = authorization;
  const credentials = { accessKeyId, secretAccessKey: secret };
  const key = await getSigningKey(NodeSha256, credentials, date, region, 's3');
  const scope = `${date}/${region}/s3/aws4_request`;
  const sign = (text: string): string => createHmac('sha256', key).update(text).digest('hex');
  const isOf = async (path: string): Promise<boolean> =>
    isSame(sign(await SIGNED.stringToSign(request, path, authorization, scope)), seed);
  // Some clients write fewer characters as %XX in the path than they sign, or more: what they mean is the same.
  const path = canonicalPath(request);
  if (!(await isOf(path)) && (path === request.rawPath || !(await isOf(request.rawPath))))
    throw new S3Error('SignatureDoesNotMatch', undefined, { AWSAccessKeyId: accessKeyId });
  return { seed, sign: (kind, text) => sign([`${ALGORITHM}-${kind}`, timestamp, scope, text].join('\n')) };
}

/** In a time that tells nothing of where they differ. */
export function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function canonicalPath({ bucket = '', key = '', rawPath }: S3Request): string {
  const path = key === '' && !rawPath.slice(1).includes('/') ? `/${bucket}` : `/${bucket}/${key}`;
  return encodeURIComponent(path)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The canonical forms of the library that clients sign with. */
class CanonicalForms extends SignatureV4Base {
  constructor() {
    const unused = { accessKeyId: '', secretAccessKey: '' };
    super({ credentials: unused, region: '', service: 's3', sha256: NodeSha256, uriEscapePath: false });
  }

  async stringToSign(
    { method, query, headers }: S3Request,
    path: string,
    { signedHeaders, timestamp, payload }: Authorization,
    scope: string,
  ): Promise<string> {
    const signed = Object.fromEntries(signedHeaders.map((name) => [name, headers[name] ?? '']));
    const canonicalHeaders = getCanonicalHeaders(
      { headers: signed } as Parameters<typeof getCanonicalHeaders>[0],
      undefined,
      new Set(signedHeaders),
    );
    const values = Object.fromEntries([...query].map(([name, all]) => [name, [...all]]));
    const request = { method, path, query: values, headers: signed, protocol: 'http:', hostname: '' };
    const canonical = this.createCanonicalRequest(request, canonicalHeaders, payload);
    return this.createStringToSign(timestamp, scope, canonical, ALGORITHM);
  }
}

/** SHA-256 of node:crypto as the library takes it; with a secret it is the HMAC. */
export const NodeSha256 = class {
  private readonly hash;

  constructor(secret?: unknown) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string | Buffer);
  }

  update(bytes: Uint8Array): void {
    this.hash.update(bytes);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest());
  }

  reset(): void {
    throw new TypeError('is used once');
  }
} as SignatureV4CryptoInit['sha256'];

const SIGNED = new CanonicalForms();
