import { InvalidInputError } from '../../platform/errors/index.js';
import { isSha256, type Sha256 } from '../../storage/index.js';
import { parsePath } from '../trees/index.js';

const MAX_REF_BYTES = 255;
const MAX_REPOSITORY_LENGTH = 200;
const MAX_STEPS = 32;
const MAX_STEP = 10_000;

/**
 * Checks the name of a branch or tag by the rules of `git check-ref-format`, so that names go unchanged into Git and
 * back. Besides, it must not read as something else: not `HEAD`, not a commit id, no leading `-`.
 * @throws {InvalidInputError}
 */
export function parseRefName(name: string, field = 'ref'): string {
  const refuse = (rule: string): never => {
    throw new InvalidInputError(field, `${rule}, got ${JSON.stringify(name.slice(0, 120))}`);
  };
  if (name === '') refuse('must not be empty');
  if (name.length > MAX_REF_BYTES || Buffer.byteLength(name) > MAX_REF_BYTES) {
    refuse(`must have at most ${MAX_REF_BYTES} bytes in UTF-8`);
  }
  if (/\p{Surrogate}/u.test(name)) refuse('must be valid Unicode (it has half of a surrogate pair)');
  if (/[\p{Cc} ~^:?*[\\]/u.test(name))
    refuse('must not contain spaces, control characters or any of ~^:?*[\\');
  if (name.includes('..') || name.includes('@{')) refuse('must not contain ".." or "@{"');
  if (name === '@' || name.toUpperCase() === 'HEAD') refuse('is reserved');
  if (name.startsWith('-')) refuse('must not start with "-"');
  if (name.endsWith('.')) refuse('must not end with "."');
  for (const segment of name.split('/')) {
    if (segment === '') refuse('must not start or end with "/" or contain "//"');
    if (segment.startsWith('.')) refuse('must not have a segment that starts with "."');
    if (segment.endsWith('.lock')) refuse('must not have a segment that ends with ".lock"');
  }
  if (/^[0-9a-f]{64}$/i.test(name)) refuse('must not look like a commit id');
  return name;
}

/** A step back in history: `~n` is n first parents, `^n` the n-th parent (from 1; `^0` is the commit itself). */
export type RevisionStep =
  | { readonly kind: 'ancestor'; readonly distance: number }
  | { readonly kind: 'parent'; readonly position: number };

/** Where a revision starts from. */
export type RevisionStart =
  | { readonly kind: 'head' }
  | { readonly kind: 'commit'; readonly id: Sha256 }
  | {
      readonly kind: 'ref';
      readonly name: string;
      /** Given when the name could also be the start of a commit id (8–63 hex digits); a ref of that name wins. */
      readonly commitPrefix?: string;
    };

/** A way to name a commit; whether it exists is for the repository to say. */
export interface Revision {
  readonly start: RevisionStart;
  /** From the start on, in this order. */
  readonly steps: readonly RevisionStep[];
}

/**
 * Reads `main`, `v1`, `main~2`, `main^2~1`, a commit id, 8 or more of its first digits, or `HEAD` (the head of the
 * default branch).
 * @throws {InvalidInputError}
 */
export function parseRevision(text: string, field = 'revision'): Revision {
  // Bounds what the expressions below look at.
  if (text.length > MAX_REF_BYTES + 100) throw new InvalidInputError(field, 'is too long for a revision');
  const at = text.search(/[~^]/);
  const name = at < 0 ? text : text.slice(0, at);
  const suffix = at < 0 ? '' : text.slice(at);
  if (!/^(?:[~^]\d{0,5})*$/.test(suffix)) {
    throw new InvalidInputError(
      field,
      `must end in steps like ~2 or ^1, got ${JSON.stringify(suffix.slice(0, 80))}`,
    );
  }
  const steps = [...suffix.matchAll(/([~^])(\d*)/g)].map(([, sign, digits]): RevisionStep => {
    const number = digits === '' ? 1 : Number(digits);
    if (number > MAX_STEP)
      throw new InvalidInputError(field, `steps go at most ${MAX_STEP} back, got ${number}`);
    return sign === '~' ? { kind: 'ancestor', distance: number } : { kind: 'parent', position: number };
  });
  if (steps.length > MAX_STEPS) throw new InvalidInputError(field, `must have at most ${MAX_STEPS} steps`);
  return { start: parseStart(name, field), steps };
}

function parseStart(name: string, field: string): RevisionStart {
  if (name === 'HEAD') return { kind: 'head' };
  if (isSha256(name)) return { kind: 'commit', id: name };
  parseRefName(name, field);
  return { kind: 'ref', name, ...(/^[0-9a-f]{8,63}$/.test(name) && { commitPrefix: name }) };
}

/** A place in a repository. Without `revision` the head of the default branch is meant, without `path` all of it. */
export interface Address {
  readonly repository: string;
  readonly revision?: Revision;
  readonly path?: string;
}

/**
 * Reads `repository@revision:path`, where `@revision` and `:path` may be left out.
 * @throws {InvalidInputError} with the part at fault in `field`
 */
export function parseAddress(text: string, field = 'address'): Address {
  const nameEnd = text.search(/[@:]/);
  const repository = nameEnd < 0 ? text : text.slice(0, nameEnd);
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._/-]*$/u.test(repository) || repository.length > MAX_REPOSITORY_LENGTH) {
    throw new InvalidInputError(
      `${field}.repository`,
      `must be 1–${MAX_REPOSITORY_LENGTH} letters, digits or "._/-" and start with a letter or digit, ` +
        `as in repository@revision:path, got ${JSON.stringify(repository.slice(0, 80))}`,
    );
  }
  // A ref has no ":", so the first one after the name starts the path, which may have any.
  const pathStart = text.indexOf(':', repository.length);
  const revisionEnd = pathStart < 0 ? text.length : pathStart;
  const hasRevision = text[repository.length] === '@';
  return {
    repository,
    ...(hasRevision && {
      revision: parseRevision(text.slice(repository.length + 1, revisionEnd), `${field}.revision`),
    }),
    ...(pathStart >= 0 && { path: parsePath(text.slice(pathStart + 1), `${field}.path`) }),
  };
}
