import type { BundleFile } from '../bundle/bundle.js';
import { type Coverage, coverageOf } from '../cases/coverage.js';
import { type MutationRun, mutate } from '../cases/survivors.js';
import { CompiledPolicy } from '../decision/compiled-policy.js';
import { checkBundle } from './check-bundle.js';
import type { Finding } from './finding.js';

/** All that is known of files that may become the policy. */
export interface PolicyCheck {
  /** Undefined when they cannot be read as a policy. */
  readonly version: string | undefined;
  readonly findings: readonly Finding[];
  readonly questions: number;
  readonly coverage: Coverage | undefined;
  readonly mutation: MutationRun | undefined;
}

/** Files that cannot be read as a policy. */
export function unreadable(findings: readonly Finding[]): PolicyCheck {
  return { version: undefined, findings, questions: 0, coverage: undefined, mutation: undefined };
}

/** Loads, lints and tests files, and takes out one line after the other. @param mutationMs for the latter, at most */
export async function inspectBundle(files: readonly BundleFile[], mutationMs: number): Promise<PolicyCheck> {
  const { bundle, findings, questions } = checkBundle(files);
  if (bundle === undefined) return unreadable(findings);
  const compiled = new CompiledPolicy(bundle);
  const mutation = await mutate(compiled, questions, { limitMs: mutationMs });
  const coverage = coverageOf(compiled, questions);
  return { version: bundle.version, findings, questions: questions.length, coverage, mutation };
}
