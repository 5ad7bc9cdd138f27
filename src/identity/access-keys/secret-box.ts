import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import path from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config, DomainError, readOrCreate } from '../../platform/index.js';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const FILE = 'secret.key';
/** As of CAIRN_SECRET_KEY. */
const MIN_LENGTH = 32;

/** A sealed secret was made with another CAIRN_SECRET_KEY, or belongs to something else. */
export class SecretUnreadableError extends DomainError {
  readonly kind = 'conflict';
  constructor(what: string, options?: ErrorOptions) {
    super(
      `The secret of ${what} cannot be opened: it was sealed with another CAIRN_SECRET_KEY. Set that one again, or make a new secret.`,
      { what },
      options,
    );
  }
}

/** The file of the generated key has no key, as a disk that was full may have left it. What is sealed by none is no secret. */
export class SecretKeyFileError extends DomainError {
  readonly kind = 'corrupt';
  constructor(file: string) {
    super(
      `${file} has no key. Restore it from a backup; or remove it, and make anew the access keys and other secrets that were sealed since.`,
      { file },
    );
  }
}

/**
 * Seals secrets that the service must be able to read again (AES-256-GCM), by a key that is not in the database: CAIRN_SECRET_KEY, or
 * one that is generated into the data folder when it is needed for the first time.
 */
@Injectable()
export class SecretBox {
  private key: Promise<Buffer> | undefined;

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /** @param what whose secret it is; it opens for nothing else */
  async seal(secret: string, what: string): Promise<Buffer> {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, await this.cipherKey(), iv).setAAD(Buffer.from(what));
    return Buffer.concat([iv, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  }

  /** @throws {SecretUnreadableError} @throws {SecretKeyFileError} */
  async open(sealed: Buffer, what: string): Promise<string> {
    const key = await this.cipherKey();
    try {
      const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(Buffer.from(what))
        .setAuthTag(sealed.subarray(-TAG_BYTES));
      const text = [decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()];
      return Buffer.concat(text).toString('utf8');
    } catch (error) {
      throw new SecretUnreadableError(what, { cause: error });
    }
  }

  /** A key of this installation for one purpose, 32 bytes; the same on every replica that has the same CAIRN_SECRET_KEY. */
  async keyFor(purpose: string): Promise<Buffer> {
    return Buffer.from(hkdfSync('sha256', await this.secretKey(), 'cairn', purpose, 32));
  }

  private cipherKey(): Promise<Buffer> {
    this.key ??= this.keyFor('sealed secrets').catch((error: unknown) => {
      this.key = undefined;
      throw error;
    });
    return this.key;
  }

  private async secretKey(): Promise<string> {
    const { CAIRN_SECRET_KEY: given, CAIRN_DATA_DIR: folder } = this.config;
    if (given !== undefined) return given;
    const file = path.join(folder, FILE);
    const found = await readOrCreate(file, randomBytes(32).toString('base64url'));
    if (found.length < MIN_LENGTH) throw new SecretKeyFileError(file);
    return found;
  }
}
