import { S3Error } from '../protocol/s3-error.js';

const MAX_PATH_BYTES = 1024;
/** Longest name of a ref, with its `/`. */
const MAX_REF_BYTES = 256;

/**
 * The names of refs that a key could begin with: `a`, `a/b` of `a/b/c`.
 * @throws {S3Error} KeyTooLongError
 */
export function refNamesIn(key: string): string[] {
  if (key.length > MAX_PATH_BYTES + MAX_REF_BYTES) throw new S3Error('KeyTooLongError');
  const names: string[] = [];
  for (let at = key.indexOf('/'); at >= 0 && at < MAX_REF_BYTES; at = key.indexOf('/', at + 1))
    if (at > 0) names.push(key.slice(0, at));
  return names;
}

/** The revision that a key begins with when no ref does: the first segment, or all up to the first one with `~` or `^`. */
export function expressionIn(key: string): string | undefined {
  const [expression] = /^(?:[^/~^]+\/)*?[^/~^]*[~^][^/]*(?=\/)/.exec(key.slice(0, MAX_REF_BYTES + 100)) ?? [];
  const end = key.indexOf('/');
  return expression ?? (end > 0 ? key.slice(0, end) : undefined);
}

/** @throws {S3Error} KeyTooLongError */
export function assertLength(path: string): void {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) throw new S3Error('KeyTooLongError');
}
