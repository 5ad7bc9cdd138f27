import type { BundleFile } from '../../bundle/bundle.js';
import type { Finding } from '../finding.js';
import type { PolicyCheck } from '../inspect-bundle.js';

/** What a {@link CheckThread} is asked. */
export type CheckTask =
  | { readonly kind: 'check'; readonly files: readonly BundleFile[] }
  | { readonly kind: 'inspect'; readonly files: readonly BundleFile[]; readonly mutationMs: number };

/** What it answers, by the kind of the task. */
export interface CheckAnswers {
  readonly check: readonly Finding[];
  readonly inspect: PolicyCheck;
}
