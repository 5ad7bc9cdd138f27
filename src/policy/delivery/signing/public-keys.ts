import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';

/** DER of an Ed25519 public key up to its 32 bytes. Source: RFC 8410, section 4. */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');
const SIGNATURE = /^[A-Za-z0-9+/]{86}==\s*$/;

/** Those whose signatures count. */
export class PublicKeys {
  private readonly keys: ReadonlyMap<string, KeyObject>;

  /** @param keys 32 bytes each, in base64 */
  constructor(keys: readonly string[]) {
    this.keys = new Map(
      keys.map((key) => [
        keyName(key),
        createPublicKey({
          key: Buffer.concat([SPKI_HEAD, Buffer.from(key, 'base64')]),
          format: 'der',
          type: 'spki',
        }),
      ]),
    );
  }

  /** Whether files must be signed. */
  get isRequired(): boolean {
    return this.keys.size > 0;
  }

  get names(): readonly string[] {
    return [...this.keys.keys()];
  }

  /**
   * Who signed a text.
   * @param signature 64 bytes in base64
   * @returns the short name of the key; undefined when none of them did
   */
  signerOf(text: string, signature: string): string | undefined {
    if (!SIGNATURE.test(signature)) return undefined;
    const bytes = Buffer.from(signature, 'base64');
    return [...this.keys].find(([, key]) => verify(null, Buffer.from(text, 'utf8'), key, bytes))?.[0];
  }
}

/** The short name of a public key: 16 digits of its SHA-256. */
export function keyName(key: string): string {
  return createHash('sha256').update(Buffer.from(key, 'base64')).digest('hex').slice(0, 16);
}
