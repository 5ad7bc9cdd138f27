import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../exit-codes.js';
import { type BundleFiles, toolkit } from './bundle-directory.js';

/** Files of a policy on this machine, and what proves them, if that lies beside them. */
export interface PolicyFolder {
  readonly files: BundleFiles;
  readonly manifest?: string;
  readonly signature?: string;
}

export const MANIFEST_FILE = 'manifest.json';
export const SIGNATURE_FILE = 'manifest.sig';

/**
 * Reads a folder as the service does; what the files say is not looked at.
 * @throws {UsageError} when it cannot be read, or holds what may not be there
 */
export async function readPolicyFolder(cwd: string, directory: string): Promise<PolicyFolder> {
  const { readBundleFiles, PolicyBundleError } = await toolkit();
  const root = path.resolve(cwd, directory);
  const files = await readBundleFiles(root).catch((error: unknown) => {
    throw error instanceof PolicyBundleError ? new UsageError(`${directory}: ${error.message}`) : error;
  });
  if (files.length === 0) throw new UsageError(`${directory}: holds no policy files`);
  const [manifest, signature] = await Promise.all([
    textIfThere(root, MANIFEST_FILE),
    textIfThere(root, SIGNATURE_FILE),
  ]);
  return {
    files,
    ...(manifest !== undefined && { manifest }),
    ...(signature !== undefined && { signature }),
  };
}

function textIfThere(root: string, name: string): Promise<string | undefined> {
  return readFile(path.join(root, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new UsageError(`${name}: cannot be read (${error.code})`);
  });
}
