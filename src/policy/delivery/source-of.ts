import type { Config } from '../../platform/index.js';
import type { BundleSource } from './bundle-source.js';
import { DirectorySource } from './directory/directory-source.js';
import { GitSource } from './git/git-source.js';

/** The one source that the settings name. */
export function sourceOf(config: Config): BundleSource {
  const { CAIRN_POLICY_GIT_URL } = config;
  if (CAIRN_POLICY_GIT_URL !== undefined) return new GitSource({ ...config, CAIRN_POLICY_GIT_URL });
  return new DirectorySource(config.CAIRN_POLICY_DIR, config.CAIRN_POLICY_POLL_MS);
}
