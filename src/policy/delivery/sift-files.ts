import { z } from 'zod';
import { BUNDLE_LIMITS, isPolicyFile, MAX_DEPTH, utf8 } from '../bundle/read-bundle-directory.js';
import { MODEL_FILE } from '../bundle/model-conf.js';
import type { BundleFile } from '../bundle/bundle.js';
import { Problems } from '../bundle/problems.js';
import { TESTS_FOLDER } from '../bundle/test-files.js';
import { MANIFEST_FILE, SIGNATURE_FILE } from './signing/manifest.js';
import type { Claimed } from './signing/prove.js';

/** A file by its path in the folder of the policy, as bytes. */
export interface RawFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Files of a policy as a request has them. */
export const POLICY_FILES = z
  .array(
    z.strictObject({ path: z.string().min(1).max(1_000), text: z.string().max(BUNDLE_LIMITS.fileBytes) }),
  )
  .min(1, 'must hold at least model.conf')
  .max(BUNDLE_LIMITS.files);

/** Whether a file of a folder is no part of a policy and passed over: it, or a folder on the way, is hidden, or it is a text for readers. */
export function isPassedOver(path: string): boolean {
  return path.endsWith('.md') || path.split('/').some((part) => part.startsWith('.'));
}

/**
 * Tells policy, proof and strays apart by the rules of `readBundleFiles`, for files that do not lie in a folder. Nothing is passed over.
 * @throws {PolicyBundleError} with every file that may not be there
 */
export function siftFiles(raw: readonly RawFile[]): Claimed {
  const problems = new Problems();
  const files: BundleFile[] = [];
  const beside = new Map<string, string>();
  for (const { path, bytes } of raw) {
    const at = { file: path, line: 0 };
    const text = utf8(bytes);
    if (path.split('/').length > MAX_DEPTH) problems.add(at, 'file', `lies deeper than ${MAX_DEPTH} folders`);
    else if (text === undefined) problems.add(at, 'character', 'is not UTF-8 text');
    else if (path === MANIFEST_FILE || path === SIGNATURE_FILE) beside.set(path, text);
    else if (!isPlain(path) || !isPolicyFile(path))
      problems.add(
        at,
        'file',
        `is neither ${MODEL_FILE}, nor a .csv file, nor a .yaml file in ${TESTS_FOLDER}/; rename or remove it`,
      );
    else if (bytes.length > BUNDLE_LIMITS.fileBytes)
      problems.add(
        at,
        'file',
        `has ${bytes.length} bytes, and may have ${BUNDLE_LIMITS.fileBytes}; split it`,
      );
    else files.push({ path, text });
  }
  if (files.length > BUNDLE_LIMITS.files)
    problems.add({ file: '', line: 0 }, 'file', `a bundle has at most ${BUNDLE_LIMITS.files} files`);
  if (raw.reduce((sum, { bytes }) => sum + bytes.length, 0) > BUNDLE_LIMITS.bundleBytes)
    problems.add({ file: '', line: 0 }, 'file', `a bundle has at most ${BUNDLE_LIMITS.bundleBytes} bytes`);
  problems.throwIfAny();
  const ordered = files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files: ordered, manifest: beside.get(MANIFEST_FILE), signature: beside.get(SIGNATURE_FILE) };
}

/** {@link siftFiles} for the files of a request. @throws {PolicyBundleError} */
export function siftTexts(files: readonly BundleFile[]): Claimed {
  return siftFiles(files.map(({ path, text }) => ({ path, bytes: Buffer.from(text, 'utf8') })));
}

/** Written as a path within a folder is: no way out of it, and one way to write it. */
function isPlain(path: string): boolean {
  return !/[\\\p{C}]/u.test(path) && path.split('/').every((part) => part !== '' && !part.startsWith('.'));
}
