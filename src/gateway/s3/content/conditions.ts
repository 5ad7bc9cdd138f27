import { S3Error } from '../protocol/s3-error.js';
import { digestIn } from './etag.js';

/** What is known of an object that a condition may ask for. */
export interface Validators {
  /** Which its ETag names. */
  readonly sha256: string;
  readonly modifiedAt: Date;
}

/** Names of the four headers, which copies write otherwise. */
export interface ConditionNames {
  readonly match: string;
  readonly noneMatch: string;
  readonly modifiedSince: string;
  readonly unmodifiedSince: string;
}

export const READ_CONDITIONS: ConditionNames = {
  match: 'if-match',
  noneMatch: 'if-none-match',
  modifiedSince: 'if-modified-since',
  unmodifiedSince: 'if-unmodified-since',
};

export const COPY_CONDITIONS: ConditionNames = {
  match: 'x-amz-copy-source-if-match',
  noneMatch: 'x-amz-copy-source-if-none-match',
  modifiedSince: 'x-amz-copy-source-if-modified-since',
  unmodifiedSince: 'x-amz-copy-source-if-unmodified-since',
};

/**
 * Whether the reader has what it asks for already. Order and precedence as in RFC 9110, section 13.2.2.
 * @throws {S3Error} PreconditionFailed
 */
export function isUnchanged(
  headers: Readonly<Record<string, string>>,
  names: ConditionNames,
  { sha256, modifiedAt }: Validators,
): boolean {
  const [match, noneMatch] = [headers[names.match], headers[names.noneMatch]];
  const second = Math.floor(modifiedAt.getTime() / 1000) * 1000;
  if (match !== undefined) {
    if (!isListed(match, sha256)) throw failed(names.match);
  } else if (second > instantOf(headers[names.unmodifiedSince], Infinity)) {
    throw failed(names.unmodifiedSince);
  }
  if (noneMatch !== undefined) return isListed(noneMatch, sha256);
  return second <= instantOf(headers[names.modifiedSince], -Infinity);
}

/** Whether a list of ETags, or `*`, has that of an object. */
export function isListed(list: string, sha256: string): boolean {
  return list.split(',').some((item) => {
    const named = digestIn(item);
    return named === '*' || named === sha256;
  });
}

/** What is no date is no condition, as RFC 9110 says. */
function instantOf(date: string | undefined, otherwise: number): number {
  const instant = date === undefined ? NaN : Date.parse(date);
  return Number.isNaN(instant) ? otherwise : instant;
}

function failed(condition: string): S3Error {
  return new S3Error('PreconditionFailed', undefined, { Condition: condition });
}
