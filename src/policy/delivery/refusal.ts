import { DomainError } from '../../platform/errors/index.js';
import type { PolicyBundleError } from '../bundle/policy-bundle-error.js';

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

/** What is wrong, and where. `line` 0 stands for the file, or for all of it when `file` is empty. */
export interface DeliveryFinding {
  readonly file: string;
  readonly line: number;
  /** A rule of the loader, a check, or a {@link Refusal}. */
  readonly check: string;
  readonly message: string;
}

/** Policy files were handed in and are not taken; what is live stays as it is. */
export class PolicyRefusedError extends DomainError {
  readonly kind = 'invalid-input';
  constructor(
    readonly refusal: Refusal,
    readonly reason: string,
    readonly findings: readonly DeliveryFinding[] = [],
    options?: ErrorOptions,
  ) {
    const message = `The policy is refused (${refusal}): ${reason}. What is live stays as it is.`;
    super(message, { refusal, findings }, options);
  }
}

/** A refusal because of one file. */
export function refusedFile(refusal: Refusal, file: string, reason: string): PolicyRefusedError {
  return new PolicyRefusedError(refusal, `${file} ${reason}`, [
    { file, line: 0, check: refusal, message: reason },
  ]);
}

/** A refusal for what the loader and the checks say. */
export function refusedBundle(error: PolicyBundleError): PolicyRefusedError {
  const findings = error.problems.map(({ file, line, rule, message }) => ({
    file,
    line,
    check: rule,
    message,
  }));
  const [{ file, line, message }] = findings as [DeliveryFinding];
  const more = findings.length > 1 ? `, and ${findings.length - 1} more` : '';
  return new PolicyRefusedError('bundle', `${file}:${line}: ${message}${more}`, findings, { cause: error });
}
