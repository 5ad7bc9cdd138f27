import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { BundleFile } from '../../bundle/bundle.js';
import { BUNDLE_LIMITS } from '../../bundle/read-bundle-directory.js';
import { PolicyRefusedError, refusedFile } from '../refusal.js';

/** Where a manifest and its signature lie, beside the files that it lists. */
export const MANIFEST_FILE = 'manifest.json';
export const SIGNATURE_FILE = 'manifest.sig';

/** Largest manifest, in characters. */
export const MANIFEST_LIMIT = 256 * 1024;

const MANIFEST = z.strictObject({
  /** Of this description. */
  format: z.literal(1),
  /** Grows with each manifest that is signed; a smaller one than the live one's is an old bundle that somebody sends again. */
  sequence: z.int().min(1).max(Number.MAX_SAFE_INTEGER),
  createdAt: z.iso.datetime({ offset: true }),
  files: z
    .array(
      z.strictObject({
        path: z.string().min(1).max(1_000),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
        bytes: z.int().min(0).max(BUNDLE_LIMITS.fileBytes),
      }),
    )
    .min(1)
    .max(BUNDLE_LIMITS.files),
});

/** What was signed: exactly these files, in this order of bundles. */
export type Manifest = z.infer<typeof MANIFEST>;

/** @throws {PolicyRefusedError} `manifest` */
export function parseManifest(text: string): Manifest {
  if (text.length > MANIFEST_LIMIT)
    throw refusedFile('manifest', MANIFEST_FILE, `has more than ${MANIFEST_LIMIT} characters`);
  const manifest = MANIFEST.safeParse(jsonOf(text));
  if (!manifest.success) {
    const [issue] = manifest.error.issues;
    throw refusedFile(
      'manifest',
      MANIFEST_FILE,
      `is no manifest: ${issue!.path.join('.')} ${issue!.message}`,
    );
  }
  const paths = manifest.data.files.map(({ path }) => path);
  if (new Set(paths).size < paths.length) throw refusedFile('manifest', MANIFEST_FILE, 'lists a file twice');
  return manifest.data;
}

/**
 * That the files are those that the manifest lists, no more and no fewer, byte for byte.
 * @throws {PolicyRefusedError} with a finding for each that is not
 */
export function assertListed(files: readonly BundleFile[], manifest: Manifest): void {
  const listed = new Map(manifest.files.map((file) => [file.path, file]));
  const present = new Set(files.map(({ path }) => path));
  const problems = [
    ...files.flatMap(({ path, text }) => {
      const expected = listed.get(path);
      if (expected === undefined) return refusedFile('unlisted-file', path, 'is not in the manifest');
      const bytes = Buffer.from(text, 'utf8');
      const isSame = bytes.length === expected.bytes && sha256Of(bytes) === expected.sha256;
      return isSame ? [] : refusedFile('changed-file', path, 'is not as it was signed');
    }),
    ...[...listed.keys()]
      .filter((path) => !present.has(path))
      .map((path) => refusedFile('missing-file', path, 'is in the manifest, and not among the files')),
  ];
  const [first] = problems;
  if (first === undefined) return;
  throw new PolicyRefusedError(
    first.refusal,
    first.reason,
    problems.flatMap(({ findings }) => findings),
  );
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
