import { InvalidInputError } from '../../platform/errors/index.js';

/** The most bytes a path may have in UTF-8: the limit of object keys in S3. */
export const MAX_PATH_BYTES = 1024;

/** Whether the text is Unicode that UTF-8 can carry: no half of a surrogate pair alone. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/**
 * Checks a path inside a repository: 1–1024 bytes of UTF-8, segments separated by `/`, none of them empty, `.` or
 * `..`, no control characters. Paths are compared byte by byte and never normalised: `é` in its two Unicode
 * spellings is two paths. A backslash is an ordinary character, as it is in S3 and on Linux, where content is
 * mounted; refusing it would lock out data that exists. A tree may hold both `a` and `a/b`, as a bucket may and a
 * file system may not: who lays a tree out in a folder must look for that.
 * @param field what to call the value in the error
 * @returns the path itself
 * @throws {InvalidInputError}
 */
export function parsePath(path: string, field = 'path'): string {
  const rule = brokenRule(path);
  if (rule === undefined) return path;
  throw new InvalidInputError(field, `${rule}, got ${JSON.stringify(path.slice(0, 120))}`);
}

/**
 * Reads the path of a file, or that of a folder, which ends in `/`.
 * @throws {InvalidInputError}
 */
export function parsePathOrFolder(path: string, field = 'path'): string {
  parsePath(path.endsWith('/') ? path.slice(0, -1) : path, field);
  return path;
}

const SLASH = 0x2f;
const DOT = 0x2e;

/** One pass over the units, because a commit may bring millions of paths. */
function brokenRule(path: string): string | undefined {
  const { length } = path;
  if (length === 0) return 'must not be empty';
  const tooLong = `must have at most ${MAX_PATH_BYTES} bytes in UTF-8`;
  // Spares looking through something huge.
  if (length > MAX_PATH_BYTES) return tooLong;
  let sizeBytes = length;
  let segment = 0;
  let dots = 0;
  let hasEmptySegment = false;
  let hasDotSegment = false;
  for (let i = 0; i <= length; i += 1) {
    const unit = i === length ? SLASH : path.charCodeAt(i);
    if (unit === SLASH) {
      hasEmptySegment ||= segment === 0;
      hasDotSegment ||= dots === segment && dots <= 2;
      segment = 0;
      dots = 0;
      continue;
    }
    segment += 1;
    if (unit === DOT) dots += 1;
    if (unit < 0x20 || (unit >= 0x7f && unit <= 0x9f))
      return 'must not contain NUL or other control characters';
    if (unit < 0x80) continue;
    sizeBytes += unit < 0x800 ? 1 : 2;
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const next = path.charCodeAt(i + 1);
    if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) {
      return 'must be valid Unicode (it has half of a surrogate pair)';
    }
    // A pair has four bytes: two for its units, two more.
    i += 1;
    segment += 1;
  }
  if (sizeBytes > MAX_PATH_BYTES) return tooLong;
  if (hasEmptySegment) return 'must not start or end with "/" or contain "//"';
  return hasDotSegment ? 'must not contain "." or ".." as a segment' : undefined;
}

/**
 * The order of paths in a tree: that of their bytes in UTF-8, which is also the order of their code points. Not the
 * order of `<`, which compares UTF-16 units and puts U+E000–U+FFFF behind the characters beyond them.
 * @returns below, equal to or above 0
 */
export function comparePaths(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return x >= 0xd800 && y >= 0xd800 ? rank(x) - rank(y) : x - y;
  }
  return a.length - b.length;
}

/** Moves surrogates (U+D800–U+DFFF) behind the rest of the 16-bit units. */
function rank(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
