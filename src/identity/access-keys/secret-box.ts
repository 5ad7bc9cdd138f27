import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config, DomainError } from '../../platform/index.js';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const FILE = 'secret.key';

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

  /** @throws {SecretUnreadableError} */
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
    await mkdir(folder, { recursive: true });
    await writeFile(file, randomBytes(32).toString('base64url'), {
      flag: 'wx',
      mode: 0o600,
      flush: true,
    }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    return readFile(file, 'utf8');
  }
}
