import { z } from 'zod';
import { S3Error } from '../protocol/s3-error.js';
import { parameter, type S3Request } from '../protocol/s3-request.js';

const MAX_KEYS = 1_000;
/** No key is longer. */
const MAX_KEY_LENGTH = 1_300;

/** Where a list goes on: behind a key, in a revision that stays at its commit. */
export interface ListPosition {
  /** The revision that is being listed; absent before the first one. */
  readonly revision?: string;
  /** The commit that it was at when its list began. */
  readonly commitId?: string;
  /** The last key that was listed, or a folder of keys. */
  readonly after: string;
  /** Nothing is left of that revision. */
  readonly isDone?: boolean;
}

/** What a list asks for. */
export interface ObjectListQuery {
  readonly prefix: string;
  readonly isFolding: boolean;
  readonly limit: number;
  readonly position?: ListPosition;
  /** Keys are to be percent-encoded in the answer. */
  readonly isEncoded: boolean;
}

const TOKEN = z.strictObject({
  revision: z.string().max(400).optional(),
  commitId: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  after: z.string().max(MAX_KEY_LENGTH),
  isDone: z.boolean().optional(),
});

/** Which list is asked for: ListObjects 1 or 2, or ListObjectVersions. */
export type ListKind = 1 | 2 | 'versions';

const MARKERS: Readonly<Record<ListKind, string>> = { 1: 'marker', 2: 'start-after', versions: 'key-marker' };

/** @throws {S3Error} InvalidArgument, NotImplemented */
export function parseListQuery(request: Pick<S3Request, 'query'>, kind: ListKind): ObjectListQuery {
  const text = (name: string): string | undefined => {
    const value = parameter(request, name);
    if (value !== undefined && (value.length > MAX_KEY_LENGTH || /\p{Cc}|\p{Surrogate}/u.test(value)))
      throw new S3Error('InvalidArgument', `${name} must be a part of a key.`, { ArgumentName: name });
    return value;
  };
  const delimiter = text('delimiter') ?? '';
  if (delimiter !== '' && delimiter !== '/')
    throw new S3Error('NotImplemented', 'The delimiter must be "/".');
  const token = kind === 2 ? parameter(request, 'continuation-token') : undefined;
  const after = text(MARKERS[kind]);
  const position = token === undefined ? after && { after } : parseToken(token);
  return {
    prefix: text('prefix') ?? '',
    isFolding: delimiter === '/',
    limit: Math.min(wholeNumber(request, 'max-keys', MAX_KEYS), MAX_KEYS),
    ...(position && { position }),
    isEncoded: parseEncoding(request),
  };
}

/** Whether `encoding-type=url` was asked for. @throws {S3Error} InvalidArgument */
export function parseEncoding(request: Pick<S3Request, 'query'>): boolean {
  const encoding = parameter(request, 'encoding-type');
  if (encoding !== undefined && encoding !== 'url')
    throw new S3Error('InvalidArgument', 'encoding-type must be "url".', { ArgumentName: 'encoding-type' });
  return encoding === 'url';
}

/** @throws {S3Error} InvalidArgument */
export function wholeNumber(request: Pick<S3Request, 'query'>, name: string, otherwise: number): number {
  const value = parameter(request, name);
  if (value === undefined || value === '') return otherwise;
  if (!/^\d{1,9}$/.test(value))
    throw new S3Error('InvalidArgument', `${name} must be a whole number from 0.`, { ArgumentName: name });
  return Number(value);
}

export function tokenOf(position: ListPosition): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** A key as a list shows it. */
export function shownKey(key: string, isEncoded: boolean): string {
  return isEncoded ? encodeURIComponent(key).replaceAll('%2F', '/') : key;
}

function parseToken(token: string): ListPosition {
  try {
    return TOKEN.parse(JSON.parse(Buffer.from(token.slice(0, 8_000), 'base64url').toString('utf8')));
  } catch (error) {
    throw new S3Error(
      'InvalidArgument',
      'The continuation token is none that was given out here.',
      { ArgumentName: 'continuation-token' },
      { cause: error },
    );
  }
}
