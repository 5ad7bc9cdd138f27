import type { Bundle, BundleFile } from '../bundle/bundle.js';
import { loadBundle } from '../bundle/load-bundle.js';
import { PolicyBundleError } from '../bundle/policy-bundle-error.js';
import { isTestFile } from '../bundle/test-files.js';
import { failureOf, parsePolicyCases } from '../cases/policy-cases.js';
import { CompiledPolicy } from '../decision/compiled-policy.js';

/** Something to mend in a bundle, or to know of it. */
interface Finding {
  /** An error keeps the bundle from taking effect. */
  readonly severity: 'error' | 'warning';
  /** The check that found it, e.g. `role` or `dead-rule`. Stable: editors and pipelines may branch on it. */
  readonly check: string;
  readonly file: string;
  /** From 1; 0 stands for the whole file. */
  readonly line: number;
  readonly message: string;
}

/** All that is known of a bundle before it takes effect. */
interface BundleReport {
  /** Undefined when the files cannot be read as a policy. */
  readonly bundle: Bundle | undefined;
  /** By file and line. */
  readonly findings: readonly Finding[];
  /** How many cases of `tests/*.yaml` were asked. */
  readonly cases: number;
}

/**
 * The bundle, if it may take effect.
 * @throws {PolicyBundleError} with every finding that keeps it from that
 */
export function acceptBundle(files: readonly BundleFile[]): Bundle {
  const { bundle, findings } = checkBundle(files);
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (bundle !== undefined && errors.length === 0) return bundle;
  throw new PolicyBundleError(
    errors.map(({ check: rule, file, line, message }) => ({ file, line, rule, message })),
  );
}

/** Builds, lints and tests a bundle. Never throws for what its files say. */
function checkBundle(files: readonly BundleFile[]): BundleReport {
  let bundle: Bundle;
  try {
    bundle = loadBundle(files);
  } catch (error) {
    if (!(error instanceof PolicyBundleError)) throw error;
    const findings = error.problems.map(({ rule, ...problem }) => ({
      ...{ severity: 'error' as const, check: rule },
      ...problem,
    }));
    return { bundle: undefined, findings, cases: 0 };
  }
  const policy = new CompiledPolicy(bundle);
  const findings: Finding[] = [];
  let cases = 0;
  for (const { path, text } of files.filter((file) => isTestFile(file.path))) {
    const at = { severity: 'error' as const, file: path, line: 0 };
    try {
      for (const policyCase of parsePolicyCases(text)) {
        cases += 1;
        const failure = failureOf(policyCase, policy);
        if (failure !== undefined) findings.push({ ...at, check: 'case', message: failure });
      }
    } catch (error) {
      findings.push({ ...at, check: 'cases', message: (error as Error).message });
    }
  }
  return { bundle, findings, cases };
}
