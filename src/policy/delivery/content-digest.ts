import { createHash } from 'node:crypto';
import type { BundleFile } from '../bundle/bundle.js';

/** SHA-256 in hex over the exact files, whatever their order: what tells one content of a source from the next. */
export function contentDigest(
  files: readonly BundleFile[],
  ...beside: readonly (string | undefined)[]
): string {
  const listed = files.map(({ path, text }) => [path, text]).sort(([a], [b]) => (a! < b! ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([listed, beside]))
    .digest('hex');
}
