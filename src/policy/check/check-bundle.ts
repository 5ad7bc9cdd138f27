import type { Bundle, BundleFile } from '../bundle/bundle.js';
import { loadBundle } from '../bundle/load-bundle.js';
import { PolicyBundleError } from '../bundle/policy-bundle-error.js';
import type { Question } from '../cases/question.js';
import { runCases } from '../cases/run-cases.js';
import { CompiledPolicy } from '../decision/compiled-policy.js';
import { type Finding, inOrder } from './finding.js';
import { lint } from './lint/lint.js';

/** All that is known of a bundle before it takes effect. */
export interface BundleReport {
  /** Undefined when the files cannot be read as a policy. */
  readonly bundle: Bundle | undefined;
  /** By file and line. */
  readonly findings: readonly Finding[];
  /** What the tests of the bundle asked. */
  readonly questions: readonly Question[];
}

/** A bundle that may take effect, and how many warnings it comes with. */
export interface AcceptedBundle {
  readonly bundle: Bundle;
  readonly warnings: number;
}

/** The bundle, if it may take effect. @throws {PolicyBundleError} with every finding that keeps it from that */
export function acceptBundle(files: readonly BundleFile[]): AcceptedBundle {
  const { bundle, findings } = checkBundle(files);
  assertGood(findings);
  return { bundle: bundle!, warnings: findings.length };
}

/** @throws {PolicyBundleError} with the errors among the findings, if there are any: files that cannot be read have one */
export function assertGood(findings: readonly Finding[]): void {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  throw new PolicyBundleError(
    errors.map(({ check: rule, file, line, message }) => ({ file, line, rule, message })),
  );
}

/** Builds, lints and tests a bundle. Never throws for what its files say. @param now for what has ended */
export function checkBundle(files: readonly BundleFile[], now = new Date()): BundleReport {
  let bundle: Bundle;
  try {
    bundle = loadBundle(files);
  } catch (error) {
    if (!(error instanceof PolicyBundleError)) throw error;
    return { bundle: undefined, findings: findingsIn(error), questions: [] };
  }
  const { questions, findings } = runCases(files, new CompiledPolicy(bundle));
  return { bundle, questions, findings: inOrder([...lint(bundle, now.getTime()), ...findings]) };
}

/** What keeps files from being a policy. */
export function findingsIn({ problems }: PolicyBundleError): Finding[] {
  return problems.map(({ rule: check, ...problem }) => ({ severity: 'error', check, ...problem }));
}
