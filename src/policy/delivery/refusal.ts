import { DomainError } from '../../platform/errors/index.js';
import type { PolicyBundleError } from '../bundle/policy-bundle-error.js';
import type { Finding } from '../check/finding.js';

/**
 * Why files are not taken. Stable: alerts and pipelines may branch on it.
 * - `bundle` they are no good policy, see the findings · `unreadable` the source does not give them whole
 * - `unsigned` no manifest, or no signature · `signature` none of the keys made it · `manifest` it cannot be read
 * - `unlisted-file`, `missing-file`, `changed-file` they are not what the manifest lists
 * - `replayed` an earlier manifest than the live one's · `sequence-reused` another manifest with the live one's number
 * - `rewritten-history` the branch does not lead on from the commit that was taken
 */
export type Refusal =
  | 'bundle'
  | 'unreadable'
  | 'unsigned'
  | 'signature'
  | 'manifest'
  | 'unlisted-file'
  | 'missing-file'
  | 'changed-file'
  | 'replayed'
  | 'sequence-reused'
  | 'rewritten-history';

/** Policy files were handed in and are not taken; what is live stays as it is. */
export class PolicyRefusedError extends DomainError {
  readonly kind = 'invalid-input';
  constructor(
    readonly refusal: Refusal,
    readonly reason: string,
    readonly findings: readonly Finding[] = [],
    options?: ErrorOptions,
  ) {
    const message = `The policy is refused (${refusal}): ${reason}. What is live stays as it is.`;
    super(message, { refusal, findings }, options);
  }
}

/** A refusal because of one file. */
export function refusedFile(refusal: Refusal, file: string, reason: string): PolicyRefusedError {
  return new PolicyRefusedError(refusal, `${file} ${reason}`, [
    { severity: 'error', file, line: 0, check: refusal, message: reason },
  ]);
}

/** A refusal for what the loader and the checks say. */
export function refusedBundle(error: PolicyBundleError): PolicyRefusedError {
  const findings = error.problems.map(({ file, line, rule, message }) => ({
    severity: 'error' as const,
    file,
    line,
    check: rule,
    message,
  }));
  const [{ file, line, message }] = findings as [Finding];
  const more = findings.length > 1 ? `, and ${findings.length - 1} more` : '';
  return new PolicyRefusedError('bundle', `${file}:${line}: ${message}${more}`, findings, { cause: error });
}
