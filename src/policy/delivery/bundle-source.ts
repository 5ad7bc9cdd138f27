import { DomainError } from '../../platform/errors/index.js';
import type { PolicyRefusedError } from './refusal.js';
import type { Claimed } from './signing/prove.js';

/** The source does not answer now; it may in a moment. */
export class SourceUnavailableError extends DomainError {
  readonly kind = 'unavailable';
  constructor(
    readonly source: string,
    readonly reason: string,
  ) {
    super(`Policy files cannot be read from ${source}: ${reason}`, { source, reason });
  }
}

/** What a source shows. `digest` tells it from what it showed before; `reason` is what its author said of it. */
export type Shown =
  | { readonly digest: string; readonly ref?: string; readonly claimed: Claimed; readonly reason?: string }
  /** It can be looked at, and what it shows is no policy. */
  | { readonly digest: string; readonly ref?: string; readonly refused: PolicyRefusedError };

/** Where policy files come from on their own. */
export interface BundleSource {
  readonly kind: 'directory' | 'git';
  /** Kind and place, e.g. `directory:/etc/cairn/policies`; nothing secret. */
  readonly name: string;
  readonly pauseMs: number;
  /** Whether what it shows is this replica's own, so that each must watch for changes of it. */
  readonly isLocal: boolean;
  /**
   * Looks once. Undefined while it cannot be told whether what is there is whole.
   * @param takenRef what it called the content that was last taken
   * @throws {SourceUnavailableError}
   */
  look(takenRef: string | undefined): Promise<Shown | undefined>;
  /** Looks until what is there is whole. */
  lookUntilWhole(): Promise<Shown>;
}

/** Injection token of {@link BundleSource}. */
export const BUNDLE_SOURCE = Symbol('BundleSource');
