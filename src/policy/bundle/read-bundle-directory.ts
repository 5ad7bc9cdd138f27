import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Bundle, BundleFile } from './bundle.js';
import { loadBundle } from './load-bundle.js';
import { MODEL_FILE } from './model-conf.js';
import { PolicyBundleError } from './policy-bundle-error.js';
import { Problems } from './problems.js';

/** Largest policy file and largest bundle, in bytes, and most files in one. */
export const BUNDLE_LIMITS = { fileBytes: 4 * 1024 ** 2, bundleBytes: 16 * 1024 ** 2, files: 200 } as const;

/**
 * Reads the policy in a folder: `model.conf` and every `*.csv`, by name. Folders, hidden files and `*.md` are passed
 * over; any other file is a problem, for a rule in `deny.cvs` must not be lost in silence. Symbolic links are followed,
 * as Kubernetes mounts its ConfigMaps with them.
 * @throws {PolicyBundleError} with every problem there is, a missing folder included
 */
export async function readBundleDirectory(directory: string): Promise<Bundle> {
  const problems = new Problems();
  const files: BundleFile[] = [];
  let bundleBytes = 0;
  for (const name of await policyFileNames(directory, problems)) {
    const at = { file: name, line: 0 };
    const { size } = await stat(path.join(directory, name));
    bundleBytes += size;
    if (size > BUNDLE_LIMITS.fileBytes) {
      problems.add(at, 'file', `has ${size} bytes, and may have ${BUNDLE_LIMITS.fileBytes}; split it`);
    } else if (bundleBytes > BUNDLE_LIMITS.bundleBytes) {
      problems.add(at, 'file', `makes the bundle larger than ${BUNDLE_LIMITS.bundleBytes} bytes`);
    } else {
      const text = utf8(await readFile(path.join(directory, name)));
      if (text === undefined) problems.add(at, 'character', 'is not UTF-8 text');
      else files.push({ path: name, text });
    }
  }
  problems.throwIfAny();
  return loadBundle(files);
}

async function policyFileNames(directory: string, problems: Problems): Promise<readonly string[]> {
  const names: string[] = [];
  for (const name of (await namesIn(directory)).sort()) {
    if (name.startsWith('.') || name.endsWith('.md')) continue;
    const found = await stat(path.join(directory, name)).catch(() => undefined);
    if (found?.isDirectory() === true) continue;
    if (found?.isFile() === true && (name === MODEL_FILE || name.endsWith('.csv'))) names.push(name);
    else
      problems.add(
        { file: name, line: 0 },
        'file',
        `is neither ${MODEL_FILE} nor a readable .csv file; rename or remove it`,
      );
  }
  if (names.length > BUNDLE_LIMITS.files) {
    problems.add(
      { file: '', line: 0 },
      'file',
      `a bundle has at most ${BUNDLE_LIMITS.files} files, not ${names.length}`,
    );
    return [];
  }
  return names;
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (cause) {
    const message = `the policy folder ${directory} cannot be read (${String(cause)})`;
    throw new PolicyBundleError([{ file: '', line: 0, rule: 'file', message }]);
  }
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
