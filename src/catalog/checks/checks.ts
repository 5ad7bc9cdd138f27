import { z } from 'zod';
import { DomainError } from '../../platform/index.js';

/** What a repository asks of whatever lands on its branches. */
export interface RepositoryChecks {
  /** `backward`: readers of a file's schema of before must be able to read the new one. */
  readonly schemaCompatibility?: 'backward';
  /** Bytes of one file at most. */
  readonly maxFileBytes?: number;
  /** Paths that one commit or merge may change at most. */
  readonly maxChanges?: number;
  /** Keys that a commit's metadata must have. */
  readonly requiredMetadata?: readonly string[];
  /** Branches these hold for; all when absent. */
  readonly branches?: readonly string[];
}

export const CHECKS = z.strictObject({
  schemaCompatibility: z.literal('backward').optional(),
  maxFileBytes: z.int().min(1).optional(),
  maxChanges: z.int().min(1).optional(),
  requiredMetadata: z.array(z.string().min(1).max(100)).max(20).optional(),
  branches: z.array(z.string().min(1).max(300)).min(1).max(50).optional(),
});

/** What a check found wrong, and where. */
export interface CheckViolation {
  readonly check: keyof RepositoryChecks;
  readonly path?: string;
  readonly reason: string;
}

/** What was to land breaks a rule that its repository has. Nothing was written. */
export class CheckFailedError extends DomainError {
  readonly kind = 'conflict';
  constructor(
    repository: string,
    branch: string,
    readonly violations: readonly CheckViolation[],
  ) {
    const [first] = violations;
    const where = first?.path === undefined ? '' : `${first.path}: `;
    const rest = violations.length > 1 ? ` (and ${violations.length - 1} more)` : '';
    super(
      `Branch "${branch}" of "${repository}" does not take this: ${where}${first?.reason ?? ''}${rest}. Nothing was written.`,
      { repository, branch, violations },
    );
  }
}
