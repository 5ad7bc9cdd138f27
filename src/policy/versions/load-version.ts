import { loadBundle } from '../bundle/load-bundle.js';
import { PolicyBundleError } from '../bundle/policy-bundle-error.js';
import { type BundleChecks, CheckStoppedError } from '../check/aside/bundle-checks.js';
import { CompiledPolicy } from '../decision/compiled-policy.js';
import { prove } from '../delivery/signing/prove.js';
import type { PublicKeys } from '../delivery/signing/public-keys.js';
import { VersionNotLoadedError } from './errors.js';
import type { StoredVersion } from './policy-version.js';

/**
 * Makes a stored version ready to answer, as if it had just come: proven, built and tested again, so that neither the database nor
 * an older program is trusted with what counts.
 * @throws {VersionNotLoadedError}; {@link CheckStoppedError}
 */
export async function loadVersion(
  stored: StoredVersion,
  keys: PublicKeys,
  checks: BundleChecks,
): Promise<CompiledPolicy> {
  const { version, files, proof } = stored;
  try {
    prove({ files, manifest: proof?.manifest, signature: proof?.signature }, keys);
    const compiled = new CompiledPolicy((await checks.accept(files)).bundle);
    if (compiled.version === version) return compiled;
  } catch (error) {
    if (error instanceof CheckStoppedError) throw error;
    throw new VersionNotLoadedError(version, (error as Error).message, { cause: error });
  }
  throw new VersionNotLoadedError(version, 'what is kept under this name is another version');
}

/**
 * A stored version as it answered, for who looks back: lint and tests of today do not count.
 * @returns undefined when it is not kept, when what is kept is another, and for what another program could read and this one cannot
 */
export function readVersion(stored: StoredVersion | undefined): CompiledPolicy | undefined {
  if (stored === undefined) return undefined;
  try {
    const compiled = new CompiledPolicy(loadBundle(stored.files));
    return compiled.version === stored.version ? compiled : undefined;
  } catch (error) {
    if (error instanceof PolicyBundleError) return undefined;
    throw error;
  }
}
