import type { BundleFile } from '../../bundle/bundle.js';
import type { Proof } from '../../versions/policy-version.js';
import { PolicyRefusedError, refusedFile } from '../refusal.js';
import { assertListed, MANIFEST_FILE, parseManifest, SIGNATURE_FILE } from './manifest.js';
import type { PublicKeys } from './public-keys.js';

/** Files as they came, with what should prove them, if anything came. */
export interface Claimed {
  readonly files: readonly BundleFile[];
  readonly manifest?: string | undefined;
  readonly signature?: string | undefined;
}

/**
 * That the files are those that one of the keys signed. The manifest is believed only once its signature is good.
 * @returns undefined when no keys are required; then nothing is looked at
 * @throws {PolicyRefusedError}
 */
export function prove({ files, manifest, signature }: Claimed, keys: PublicKeys): Proof | undefined {
  if (!keys.isRequired) return undefined;
  if (manifest === undefined)
    throw new PolicyRefusedError('unsigned', `files must be signed here, and there is no ${MANIFEST_FILE}`);
  if (signature === undefined)
    throw new PolicyRefusedError('unsigned', `files must be signed here, and there is no ${SIGNATURE_FILE}`);
  const signedBy = keys.signerOf(manifest, signature);
  if (signedBy === undefined)
    throw refusedFile('signature', SIGNATURE_FILE, `is of none of the keys ${keys.names.join(', ')}`);
  const parsed = parseManifest(manifest);
  assertListed(files, parsed);
  return { manifest, signature, signedBy, sequence: parsed.sequence };
}
