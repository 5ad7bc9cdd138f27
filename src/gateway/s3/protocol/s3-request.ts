import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { S3Error } from './s3-error.js';

/** A request as the gateway takes it: path-style, decoded once. */
export interface S3Request {
  /** The log's id of it. */
  readonly id: string;
  readonly method: string;
  /** As it was sent, encoded. */
  readonly rawPath: string;
  /** Name of a repository; absent for what concerns all. */
  readonly bucket?: string;
  /** `<ref>/<path>`; absent for what concerns the bucket. */
  readonly key?: string;
  /** All values of each parameter, in their order. */
  readonly query: ReadonlyMap<string, readonly string[]>;
  /** Values are UTF-8. */
  readonly headers: Readonly<Record<string, string>>;
  readonly stream: IncomingMessage;
  /** Asks the client for the body, if it waits to be asked. */
  sendContinue(): void;
}

/** @throws {S3Error} InvalidURI, InvalidArgument */
export function parseRequest(id: string, message: IncomingMessage, sendContinue: () => void): S3Request {
  const [rawPath = '/', rawQuery] = splitOnce(message.url ?? '/', '?');
  if (!rawPath.startsWith('/')) throw new S3Error('InvalidURI', 'The path must start with "/".');
  const [rawBucket = '', rawKey] = splitOnce(rawPath.slice(1), '/');
  const bucket = decode(rawBucket);
  const key = rawKey === undefined ? '' : decode(rawKey);
  return {
    ...{ id, method: message.method ?? 'GET', rawPath, stream: message, sendContinue },
    ...(bucket !== '' && { bucket }),
    ...(key !== '' && { key }),
    query: parseQuery(rawQuery ?? ''),
    headers: headersOf(message.headers),
  };
}

/** The one value of a parameter. @throws {S3Error} InvalidArgument when there are several */
export function parameter(request: Pick<S3Request, 'query'>, name: string): string | undefined {
  const values = request.query.get(name);
  if (values !== undefined && values.length > 1)
    throw new S3Error('InvalidArgument', `${name} must be given once.`, { ArgumentName: name });
  return values?.[0];
}

/** Percent-decoding, once. @throws {S3Error} InvalidURI */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new S3Error('InvalidURI', undefined, {}, { cause: error });
  }
}

function parseQuery(text: string): Map<string, string[]> {
  const query = new Map<string, string[]>();
  if (text === '') return query;
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const [rawName, rawValue = ''] = splitOnce(pair.replaceAll('+', ' '), '=');
    const [name, value] = [decode(rawName), decode(rawValue)];
    const values = query.get(name);
    if (values) values.push(value);
    else query.set(name, [value]);
  }
  return query;
}

/** Node reads headers as ISO 8859-1; clients of S3 send UTF-8. */
function headersOf(headers: IncomingHttpHeaders): Record<string, string> {
  const read: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const text = Array.isArray(value) ? value.join(',') : (value ?? '');
    read[name] = /[\x80-\xff]/.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text;
  }
  return read;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
