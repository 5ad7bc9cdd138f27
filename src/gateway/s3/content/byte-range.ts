import { S3Error } from '../protocol/s3-error.js';

const RANGE = /^bytes=(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))$/;

/**
 * The part of an object that `Range` asks for, half-open. Several parts, and what is no range, ask for the whole, as RFC 9110 allows.
 * @throws {S3Error} InvalidRange
 */
export function parseByteRange(
  header: string | undefined,
  sizeBytes: number,
): { readonly start: number; readonly end: number } | undefined {
  const [, first, last, suffix] = (header === undefined ? null : RANGE.exec(header)) ?? [];
  if (suffix !== undefined) {
    if (Number(suffix) === 0 || sizeBytes === 0) throw unsatisfiable(header!, sizeBytes);
    return { start: Math.max(0, sizeBytes - Number(suffix)), end: sizeBytes };
  }
  if (first === undefined) return undefined;
  const start = Number(first);
  const end = last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes);
  if (last !== '' && Number(last) < start) return undefined;
  if (start >= sizeBytes) throw unsatisfiable(header!, sizeBytes);
  return { start, end };
}

function unsatisfiable(header: string, sizeBytes: number): S3Error {
  return new S3Error('InvalidRange', undefined, { RangeRequested: header, ActualObjectSize: sizeBytes });
}
