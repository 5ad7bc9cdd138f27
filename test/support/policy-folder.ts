import { generateKeyPairSync, createHash, type KeyObject, sign } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A folder of policy files that a test changes: the default policy, and what is added. */
export class PolicyFolder {
  readonly directory: string;

  constructor() {
    this.directory = mkdtempSync(path.join(os.tmpdir(), 'cairn-policy-'));
    cpSync('policies', this.directory, { recursive: true });
  }

  write(file: string, text: string): void {
    mkdirSync(path.dirname(path.join(this.directory, file)), { recursive: true });
    writeFileSync(path.join(this.directory, file), text);
  }

  remove(file: string): void {
    rmSync(path.join(this.directory, file));
  }

  /** All files of the policy, as `applyPolicy` takes them. */
  files(): { path: string; text: string }[] {
    return readdirSync(this.directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(?:csv|conf|yaml)$/.test(entry.name))
      .map((entry) => path.relative(this.directory, path.join(entry.parentPath, entry.name)))
      .sort()
      .map((file) => ({ path: file, text: readFileSync(path.join(this.directory, file), 'utf8') }));
  }

  delete(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** An Ed25519 key pair, the public one as settings name it. */
export function signingKey(): { readonly publicKey: string; readonly privateKey: KeyObject } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    privateKey,
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64'),
  };
}

/** What proves files, as `manifest.json` and `manifest.sig` hold it. */
export function signed(
  files: readonly { path: string; text: string }[],
  sequence: number,
  privateKey: KeyObject,
): { readonly manifest: string; readonly signature: string } {
  const manifest = JSON.stringify({
    format: 1,
    sequence,
    createdAt: new Date().toISOString(),
    files: files.map(({ path: file, text }) => ({
      path: file,
      sha256: createHash('sha256').update(text).digest('hex'),
      bytes: Buffer.byteLength(text),
    })),
  });
  return { manifest, signature: sign(null, Buffer.from(manifest), privateKey).toString('base64') };
}
