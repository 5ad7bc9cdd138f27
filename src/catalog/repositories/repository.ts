import type { RepositoryChecks } from '../checks/checks.js';

/** The versioned content of a dataset or a model. */
export interface Repository {
  readonly id: string;
  /** Unique in the service: 1–63 lower-case letters, digits, `.`, `_`, `-`. */
  readonly name: string;
  readonly kind: RepositoryKind;
  readonly assetId: string;
  readonly defaultBranch: string;
  /** Subject of who made it. */
  readonly createdBy: string;
  readonly createdAt: Date;
  /** What commits must pass. */
  readonly checks: RepositoryChecks;
  /** Since when it is not to be seen, though it can be had back. */
  readonly deletedAt: Date | null;
}

export type RepositoryKind = 'dataset' | 'model';

export const DEFAULT_BRANCH = 'main';
