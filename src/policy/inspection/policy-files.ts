import { z } from 'zod';
import { InvalidInputError, validate } from '../../platform/index.js';
import type { BundleFile } from '../bundle/bundle.js';
import { BUNDLE_LIMITS, isPolicyFile } from '../bundle/read-bundle-directory.js';

const FILES = z
  .array(
    z.object({
      path: z.string().min(1).max(300),
      text: z.string(),
    }),
  )
  .min(1, 'must hold at least model.conf')
  .max(BUNDLE_LIMITS.files, `may be ${BUNDLE_LIMITS.files} at most`);

/**
 * Files of a policy as a request brings them, held to what a folder is held to.
 * @throws {InvalidInputError} naming the file
 */
export function validatePolicyFiles(given: unknown): readonly BundleFile[] {
  const files = validate(FILES, given, 'files');
  let bundleBytes = 0;
  for (const [index, { path, text }] of files.entries()) {
    const bytes = Buffer.byteLength(text);
    bundleBytes += bytes;
    const isWithin =
      path.split('/').every((name) => name !== '' && !name.startsWith('.')) && !path.includes('\\');
    if (!isWithin || !isPolicyFile(path))
      throw new InvalidInputError(
        `files[${index}].path`,
        `"${path}" is neither model.conf, *.csv nor tests/*.yaml`,
      );
    if (bytes > BUNDLE_LIMITS.fileBytes)
      throw new InvalidInputError(
        `files[${index}].text`,
        `${path} has ${bytes} bytes, and may have ${BUNDLE_LIMITS.fileBytes}`,
      );
    if (bundleBytes > BUNDLE_LIMITS.bundleBytes)
      throw new InvalidInputError('files', `have more than ${BUNDLE_LIMITS.bundleBytes} bytes together`);
  }
  return files;
}
