import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
/** A letter first, since a shell takes what begins with a dash for an option. */
const PREFIX = 'c';
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Texts are filled up to a multiple of this, so that the length of a number is not told. */
const BLOCK_BYTES = 32;

/** Of this process alone, until the installation's is known. */
let key = randomBytes(32);

/** Has all texts sealed by a secret that the replicas of an installation share. */
export function sealBy(secret: string): void {
  key = createHash('sha256').update(secret).digest();
}

/**
 * A text that a client carries back and cannot read, as ends of pages are: the numbers in them count what others have. Another one each time,
 * so that not even a change is told. @returns a letter and base64url
 */
export function seal(text: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv);
  const bytes = Buffer.from(`${text}\n`);
  const filled = Buffer.alloc(Math.ceil(bytes.length / BLOCK_BYTES) * BLOCK_BYTES, ' ');
  bytes.copy(filled);
  const sealed = Buffer.concat([cipher.update(filled), cipher.final()]);
  return `${PREFIX}${Buffer.concat([iv, sealed, cipher.getAuthTag()]).toString('base64url')}`;
}

/** @returns undefined for what was not sealed here */
export function unseal(sealed: string): string | undefined {
  if (!sealed.startsWith(PREFIX)) return undefined;
  const bytes = Buffer.from(sealed.slice(PREFIX.length), 'base64url');
  if (bytes.length <= IV_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const opened = [decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()];
    const text = Buffer.concat(opened).toString('utf8');
    return text.slice(0, text.lastIndexOf('\n'));
  } catch {
    return undefined;
  }
}

/** A name for something that is numbered in the order in which all things come: the same each time, and it tells nothing of how many there are. */
export function namelessId(kind: string, number: string): string {
  return createHmac('sha256', key).update(`${kind} ${number}`).digest('hex').slice(0, 32);
}
