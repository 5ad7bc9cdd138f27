import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';

/** Public keys that signatures are believed of, by their fingerprints. */
export class Keys {
  private readonly keys = new Map<string, KeyObject>();

  /** @param pem an Ed25519 public key @throws {TypeError} it is none */
  add(pem: string): void {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('not an Ed25519 key');
    this.keys.set(
      createHash('sha256')
        .update(key.export({ type: 'spki', format: 'der' }))
        .digest('hex'),
      key,
    );
  }

  get isEmpty(): boolean {
    return this.keys.size === 0;
  }

  /** Whether one of the keys signed the text; with a fingerprint, that one. */
  signed(text: string, signature: unknown, fingerprint?: string): boolean {
    if (typeof signature !== 'string') return false;
    const some = fingerprint === undefined ? [...this.keys.values()] : [this.keys.get(fingerprint)];
    return some.some(
      (key) => key !== undefined && verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64')),
    );
  }
}
