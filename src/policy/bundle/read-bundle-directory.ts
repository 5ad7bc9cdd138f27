import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Bundle, BundleFile } from './bundle.js';
import { loadBundle } from './load-bundle.js';
import { MODEL_FILE } from './model-conf.js';
import { PolicyBundleError } from './policy-bundle-error.js';
import { Problems } from './problems.js';
import { isTestFile, TESTS_FOLDER } from './test-files.js';

/** Largest policy file and largest bundle, in bytes, and most files in one. */
export const BUNDLE_LIMITS = { fileBytes: 4 * 1024 ** 2, bundleBytes: 16 * 1024 ** 2, files: 200 } as const;

/** Folders within folders, at most. */
export const MAX_DEPTH = 8;

/** What proves a bundle and is no part of it: a manifest and its signature. */
const PROOF_FILES: ReadonlySet<string> = new Set(['manifest.json', 'manifest.sig']);

/**
 * Reads and checks the policy in a folder.
 * @throws {PolicyBundleError} with every problem there is, a missing folder included
 */
export async function readBundleDirectory(directory: string): Promise<Bundle> {
  return loadBundle(await readBundleFiles(directory));
}

/**
 * Reads the files of the policy in a folder, by name: `model.conf`, every `*.csv` also in folders below, and `tests/*.yaml`. Hidden files
 * and folders, `*.md`, `manifest.json` and `manifest.sig` are passed over; any other file is a problem, for a rule in `deny.cvs` must not
 * be lost in silence. Symbolic links are followed, as Kubernetes mounts its ConfigMaps with them.
 * @throws {PolicyBundleError} with every problem there is, a missing folder included
 */
export async function readBundleFiles(directory: string): Promise<readonly BundleFile[]> {
  const problems = new Problems();
  const files: BundleFile[] = [];
  let bundleBytes = 0;
  for (const name of await policyFileNames(directory, '', problems)) {
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
    if (files.length > BUNDLE_LIMITS.files) {
      problems.add({ file: '', line: 0 }, 'file', `a bundle has at most ${BUNDLE_LIMITS.files} files`);
      break;
    }
  }
  problems.throwIfAny();
  return files;
}

/** Paths relative to the bundle, with `/` between folders, in the order of their names. */
async function policyFileNames(directory: string, folder: string, problems: Problems): Promise<string[]> {
  const names: string[] = [];
  for (const entry of (await namesIn(path.join(directory, folder))).sort()) {
    const name = path.posix.join(folder, entry);
    if (entry.startsWith('.') || name.endsWith('.md') || PROOF_FILES.has(name)) continue;
    const found = await stat(path.join(directory, name)).catch(() => undefined);
    if (found?.isDirectory() === true) {
      if (name.split('/').length < MAX_DEPTH)
        names.push(...(await policyFileNames(directory, name, problems)));
      else problems.add({ file: name, line: 0 }, 'file', `lies deeper than ${MAX_DEPTH} folders`);
    } else if (found?.isFile() === true && isPolicyFile(name)) names.push(name);
    else
      problems.add(
        { file: name, line: 0 },
        'file',
        `is neither ${MODEL_FILE}, nor a readable .csv file, nor a .yaml file in ${TESTS_FOLDER}/; rename or remove it`,
      );
  }
  return names;
}

/** Whether a file of that name, relative to the folder, is part of a policy. */
export function isPolicyFile(name: string): boolean {
  return name === MODEL_FILE || name.endsWith('.csv') || isTestFile(name);
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (cause) {
    const message = `the policy folder ${directory} cannot be read (${String(cause)})`;
    throw new PolicyBundleError([{ file: '', line: 0, rule: 'file', message }]);
  }
}

/** @returns undefined when they are no UTF-8 text */
export function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
