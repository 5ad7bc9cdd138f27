import { InvalidInputError } from '../../platform/errors/index.js';

/** The most bytes a path may have in UTF-8: the limit of object keys in S3. */
export const MAX_PATH_BYTES = 1024;

const isControl = (code: number): boolean => code < 0x20 || (code >= 0x7f && code <= 0x9f);

/** Whether the text is Unicode that UTF-8 can carry: no half of a surrogate pair alone. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/**
 * Checks a path inside a repository: 1–1024 bytes of UTF-8, segments separated by `/`, none of them empty, `.` or
 * `..`, no control characters. Paths are compared byte by byte and never normalised: `é` in its two Unicode
 * spellings is two paths. A backslash is an ordinary character, as it is in S3 and on Linux, where content is
 * mounted; refusing it would lock out data that exists.
 * @param field what to call the value in the error
 * @returns the path itself
 * @throws {InvalidInputError}
 */
export function parsePath(path: string, field = 'path'): string {
  const refuse = (rule: string): never => {
    throw new InvalidInputError(field, `${rule}, got ${JSON.stringify(path.slice(0, 120))}`);
  };
  if (path === '') refuse('must not be empty');
  // The first test spares counting the bytes of something huge.
  if (path.length > MAX_PATH_BYTES || Buffer.byteLength(path) > MAX_PATH_BYTES) {
    refuse(`must have at most ${MAX_PATH_BYTES} bytes in UTF-8`);
  }
  if (!isWellFormed(path)) refuse('must be valid Unicode (it has half of a surrogate pair)');
  for (let i = 0; i < path.length; i += 1) {
    if (isControl(path.charCodeAt(i))) refuse('must not contain NUL or other control characters');
  }
  for (const segment of path.split('/')) {
    if (segment === '') refuse('must not start or end with "/" or contain "//"');
    if (segment === '.' || segment === '..') refuse('must not contain "." or ".." as a segment');
  }
  return path;
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
