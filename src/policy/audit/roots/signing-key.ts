import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config, DomainError, readOrCreate } from '../../../platform/index.js';

const FILE = 'audit.key';
/** What stands before the 32 bytes of an Ed25519 key in PKCS #8. Source: RFC 8410. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The file of CAIRN_AUDIT_KEY_FILE, or the generated one, does not hold what it must. */
export class AuditKeyError extends DomainError {
  readonly kind = 'invalid-input';
  constructor(file: string, options?: ErrorOptions) {
    super(
      `${file} must hold an Ed25519 private key in PEM (PKCS #8). CAIRN_AUDIT_KEY_FILE can name another file.`,
      { file },
      options,
    );
  }
}

/** The public half, as everybody may see it. */
export interface PublicKey {
  readonly pem: string;
  /** SHA-256 of its SPKI form, in hex. */
  readonly fingerprint: string;
}

/**
 * Signs roots and the ends of segments: by the key of CAIRN_AUDIT_KEY_FILE; else by one that follows from CAIRN_SECRET_KEY, the same for
 * all replicas; else by one that is generated into the data folder at the first start.
 */
@Injectable()
export class SigningKey {
  private loaded: Promise<PublicKey & { readonly key: KeyObject }> | undefined;

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /** @throws {AuditKeyError} */
  async public(): Promise<PublicKey> {
    const { pem, fingerprint } = await this.load();
    return { pem, fingerprint };
  }

  /** @returns an Ed25519 signature, in base64 */
  async sign(text: string): Promise<string> {
    const { key } = await this.load();
    return sign(null, Buffer.from(text), key).toString('base64');
  }

  private load(): Promise<PublicKey & { readonly key: KeyObject }> {
    this.loaded ??= this.read().then(
      (key) => {
        const half = createPublicKey(key);
        const spki = half.export({ type: 'spki', format: 'der' });
        const pem = half.export({ type: 'spki', format: 'pem' }).toString();
        return { key, pem, fingerprint: createHash('sha256').update(spki).digest('hex') };
      },
      (error: unknown) => {
        this.loaded = undefined;
        throw error;
      },
    );
    return this.loaded;
  }

  private async read(): Promise<KeyObject> {
    const { CAIRN_AUDIT_KEY_FILE: file, CAIRN_SECRET_KEY: secret } = this.config;
    if (file !== undefined) return parse(file, await readFile(file, 'utf8').catch(() => ''));
    if (secret === undefined) return this.generated();
    const seed = Buffer.from(hkdfSync('sha256', secret, 'cairn', 'audit roots', 32));
    return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  }

  private async generated(): Promise<KeyObject> {
    const { CAIRN_DATA_DIR: folder } = this.config;
    const file = path.join(folder, FILE);
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
    return parse(file, await readOrCreate(file, pem.toString()));
  }
}

function parse(file: string, pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (error) {
    throw new AuditKeyError(file, { cause: error });
  }
  throw new AuditKeyError(file);
}
