import { S3Error } from '../protocol/s3-error.js';
import { parameter, type S3Request } from '../protocol/s3-request.js';

/** What a request says of its signature, checked for form and time and not yet for truth. */
export interface Authorization {
  readonly accessKeyId: string;
  /** `YYYYMMDD` */
  readonly date: string;
  readonly region: string;
  /** `YYYYMMDDTHHMMSSZ` */
  readonly timestamp: string;
  /** Lower case. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** What was signed for the body: a SHA-256 in hex, or one of S3's words for bodies that are signed otherwise, or not. */
  readonly payload: string;
}

export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';

const ALGORITHM = 'AWS4-HMAC-SHA256';
const MAX_SKEW_MS = 15 * 60_000;
const MAX_EXPIRES_SECONDS = 7 * 86_400;
/** Any region counts; some clients put the host there. */
const CREDENTIAL = /^([A-Za-z0-9]{1,128})\/(\d{8})\/([\w.-]{1,64})\/s3\/aws4_request$/;
const HEADER =
  /^AWS4-HMAC-SHA256 +Credential=([^,\s]{1,300}), *SignedHeaders=([a-z0-9;_-]{1,4096}), *Signature=([0-9a-f]{64})$/;
const TIMESTAMP = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/**
 * Reads a signature of version 4 from the header, or from the query of a presigned address.
 * @throws {S3Error} AccessDenied without one, or when a presigned address is over; RequestTimeTooSkewed; AuthorizationHeaderMalformed …
 */
export function parseAuthorization(request: S3Request, now = Date.now()): Authorization {
  // Some clients send an empty one where they have none.
  if (request.headers['x-amz-security-token'] || parameter(request, 'X-Amz-Security-Token'))
    throw new S3Error('InvalidToken');
  const header = request.headers['authorization'];
  const isPresigned = request.query.has('X-Amz-Algorithm');
  if (header !== undefined && isPresigned)
    throw new S3Error('InvalidRequest', 'Sign by the header or by the query, not by both.');
  if (header === undefined && !isPresigned) {
    if (request.query.has('AWSAccessKeyId')) throw oldSignature();
    // Its policy and signature would be among its fields.
    if (request.method === 'POST' && /^multipart\/form-data\b/i.test(request.headers['content-type'] ?? ''))
      throw new S3Error('NotImplemented', 'Forms are not taken. Presign a PUT of the key instead.');
    // A browser asks so, unsigned, whether a page of another origin may send what it has in mind.
    if (request.method === 'OPTIONS') throw new S3Error('AccessForbidden');
    throw new S3Error(
      'AccessDenied',
      'The request is not signed. Make an access key with `cairn access-keys create`.',
    );
  }
  const authorization = header === undefined ? fromQuery(request, now) : fromHeader(request, header, now);
  assertSigned(request, authorization.signedHeaders);
  return authorization;
}

function fromHeader(request: S3Request, header: string, now: number): Authorization {
  if (/^AWS /.test(header)) throw oldSignature();
  const [scheme = ''] = header.split(' ', 1);
  if (scheme !== ALGORITHM)
    throw new S3Error(
      'InvalidRequest',
      `Only signatures of ${ALGORITHM} are taken, not "${scheme.slice(0, 30)}". Sign for one region, by an access key.`,
    );
  const [, credential = '', names = '', signature = ''] = HEADER.exec(header) ?? [];
  if (signature === '') throw new S3Error('AuthorizationHeaderMalformed');
  const timestamp = request.headers['x-amz-date'] ?? basicTimestamp(request.headers['date']);
  const payload = request.headers['x-amz-content-sha256'];
  if (timestamp === undefined) throw new S3Error('MissingSecurityHeader', 'x-amz-date is needed.');
  if (payload === undefined) throw new S3Error('MissingSecurityHeader', 'x-amz-content-sha256 is needed.');
  if (Math.abs(instantOf(timestamp, 'AuthorizationHeaderMalformed') - now) > MAX_SKEW_MS)
    throw new S3Error('RequestTimeTooSkewed', undefined, {
      RequestTime: timestamp,
      ServerTime: new Date(now).toISOString(),
      MaxAllowedSkewMilliseconds: MAX_SKEW_MS,
    });
  const scope = scopeOf(credential, timestamp, 'AuthorizationHeaderMalformed');
  return { ...scope, timestamp, signedHeaders: names.split(';'), signature, payload };
}

function fromQuery(request: S3Request, now: number): Authorization {
  const refuse = (message: string): never => {
    throw new S3Error('AuthorizationQueryParametersError', message);
  };
  const needed = (name: string): string =>
    parameter(request, name) ?? refuse(`${name} is needed in a presigned address.`);
  if (needed('X-Amz-Algorithm') !== ALGORITHM) refuse(`X-Amz-Algorithm must be ${ALGORITHM}.`);
  const timestamp = needed('X-Amz-Date');
  const expires = needed('X-Amz-Expires');
  if (!/^\d{1,6}$/.test(expires) || Number(expires) < 1 || Number(expires) > MAX_EXPIRES_SECONDS)
    refuse(`X-Amz-Expires must be 1 to ${MAX_EXPIRES_SECONDS} seconds.`);
  const signedAt = instantOf(timestamp, 'AuthorizationQueryParametersError');
  const expiresAt = signedAt + Number(expires) * 1000;
  if (now > expiresAt)
    throw new S3Error('AccessDenied', 'Request has expired', {
      'X-Amz-Expires': expires,
      Expires: new Date(expiresAt).toISOString(),
      ServerTime: new Date(now).toISOString(),
    });
  if (signedAt - now > MAX_SKEW_MS) throw new S3Error('AccessDenied', 'Request is not valid yet');
  const signature = needed('X-Amz-Signature');
  if (!/^[0-9a-f]{64}$/.test(signature)) refuse('X-Amz-Signature must be 64 hexadecimal digits.');
  const scope = scopeOf(needed('X-Amz-Credential'), timestamp, 'AuthorizationQueryParametersError');
  const payload =
    parameter(request, 'X-Amz-Content-Sha256') ?? request.headers['x-amz-content-sha256'] ?? UNSIGNED_PAYLOAD;
  return { ...scope, timestamp, signedHeaders: needed('X-Amz-SignedHeaders').split(';'), signature, payload };
}

type Malformed = 'AuthorizationHeaderMalformed' | 'AuthorizationQueryParametersError';

function scopeOf(
  credential: string,
  timestamp: string,
  code: Malformed,
): Pick<Authorization, 'accessKeyId' | 'date' | 'region'> {
  const [, accessKeyId, date, region] = CREDENTIAL.exec(credential) ?? [];
  if (accessKeyId === undefined || date === undefined || region === undefined)
    throw new S3Error(code, 'The credential must be KEY/YYYYMMDD/REGION/s3/aws4_request.');
  if (!timestamp.startsWith(date))
    throw new S3Error(code, 'The credential is of another day than the request.');
  return { accessKeyId, date, region };
}

/** Headers that S3 acts upon must be part of what was signed: otherwise somebody on the way could add them. */
function assertSigned(request: S3Request, signedHeaders: readonly string[]): void {
  const signed = new Set(signedHeaders);
  const unsigned = Object.keys(request.headers).filter(
    (name) => name.startsWith('x-amz-') && !signed.has(name),
  );
  if (!signed.has('host')) unsigned.push('host');
  if (unsigned.length > 0)
    throw new S3Error('AccessDenied', 'There were headers present in the request which were not signed', {
      HeadersNotSigned: unsigned.join(', ').slice(0, 500),
    });
}

function instantOf(timestamp: string, code: Malformed): number {
  const instant = Date.parse(timestamp.replace(TIMESTAMP, '$1-$2-$3T$4:$5:$6Z'));
  if (!TIMESTAMP.test(timestamp) || Number.isNaN(instant))
    throw new S3Error(code, 'The date must be written as YYYYMMDDTHHMMSSZ.');
  return instant;
}

function basicTimestamp(date: string | undefined): string | undefined {
  const instant = date === undefined ? NaN : Date.parse(date);
  if (Number.isNaN(instant)) return undefined;
  return new Date(instant).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

function oldSignature(): S3Error {
  return new S3Error(
    'InvalidRequest',
    'Signatures of version 2 are not taken. Set the client to version 4, in boto3: Config(signature_version="s3v4").',
  );
}
