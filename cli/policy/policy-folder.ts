import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../exit-codes.js';

/** Files of a policy on this machine, and what proves them, if that lies beside them. */
export interface PolicyFolder {
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly manifest?: string;
  readonly signature?: string;
}

export const MANIFEST_FILE = 'manifest.json';
export const SIGNATURE_FILE = 'manifest.sig';
const MAX_BYTES = 16 * 1024 ** 2;

/**
 * Reads a folder as the service does: hidden files and texts for readers (`*.md`) are passed over, all others are handed in, so that the
 * service can say which of them may not be there.
 * @throws {UsageError} when it cannot be read, or is no folder of texts
 */
export async function readPolicyFolder(cwd: string, directory: string): Promise<PolicyFolder> {
  const root = path.resolve(cwd, directory);
  const texts = new Map<string, string>();
  let bytes = 0;
  for (const name of await namesIn(root, '', directory)) {
    const content = await readFile(path.join(root, name));
    bytes += content.length;
    if (bytes > MAX_BYTES) throw new UsageError(`${directory}: holds more than 16 MiB`);
    try {
      texts.set(name, new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content));
    } catch {
      throw new UsageError(`${path.join(directory, name)}: is no UTF-8 text`);
    }
  }
  const [manifest, signature] = [texts.get(MANIFEST_FILE), texts.get(SIGNATURE_FILE)];
  texts.delete(MANIFEST_FILE);
  texts.delete(SIGNATURE_FILE);
  if (texts.size === 0) throw new UsageError(`${directory}: holds no policy files`);
  return {
    files: [...texts].map(([name, text]) => ({ path: name, text })),
    ...(manifest !== undefined && { manifest }),
    ...(signature !== undefined && { signature }),
  };
}

async function namesIn(root: string, folder: string, shown: string): Promise<string[]> {
  const entries = await readdir(path.join(root, folder)).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${path.join(shown, folder)}: cannot be read (${error.code})`);
  });
  const names: string[] = [];
  for (const entry of entries.filter((each) => !each.startsWith('.')).sort()) {
    const name = path.posix.join(folder, entry);
    const found = await stat(path.join(root, name)).catch(() => undefined);
    if (found?.isDirectory() === true) names.push(...(await namesIn(root, name, shown)));
    else if (found?.isFile() === true && !entry.endsWith('.md')) names.push(name);
  }
  return names;
}
