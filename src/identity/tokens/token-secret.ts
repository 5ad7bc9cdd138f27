import { hash, randomBytes } from 'node:crypto';

/** Recognisable by secret scanners. */
const PREFIX = 'cairn_';

/** A new token: 256 random bits. Shown once to its owner; only {@link tokenSha256} is kept. */
export function newTokenSecret(): string {
  return PREFIX + randomBytes(32).toString('base64url');
}

/** Lower-case hex. A plain hash is enough for 256 random bits. */
export function tokenSha256(secret: string): string {
  return hash('sha256', secret, 'hex');
}
