import { hash } from 'node:crypto';

import { InvalidInputError } from '../platform/errors/index.js';

declare const brand: unique symbol;

/** A SHA-256 digest as 64 lower-case hexadecimal digits: the name of an object, a tree or a commit. */
export type Sha256 = string & { readonly [brand]: 'Sha256' };

const SHA256 = /^[0-9a-f]{64}$/;

/** Whether `text` is 64 lower-case hexadecimal digits; upper case is refused so that a name has one spelling. */
export function isSha256(text: string): text is Sha256 {
  return SHA256.test(text);
}

/**
 * @param field what to call the value in the error, e.g. `object.sha256`
 * @throws {InvalidInputError} unless `text` is 64 lower-case hexadecimal digits
 */
export function parseSha256(text: string, field = 'sha256'): Sha256 {
  if (!isSha256(text)) {
    throw new InvalidInputError(
      field,
      `must be 64 lower-case hexadecimal digits, got "${text.slice(0, 80)}"`,
    );
  }
  return text;
}

/** The name under which these bytes are stored. */
export function sha256Of(bytes: Uint8Array): Sha256 {
  return hash('sha256', bytes, 'hex') as Sha256;
}
