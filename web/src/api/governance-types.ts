import type { Page } from './types.js';

/** Policy's answer to the reader about one action. */
export interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
  readonly matched: readonly MatchedRule[];
  readonly masks?: readonly ColumnMask[];
  readonly filters?: readonly RowFilter[];
}

/** A rule that had its part in a decision. `effect` is allow, deny, mask, filter or exempt. */
export interface MatchedRule {
  readonly id: string;
  readonly effect: string;
  readonly rolePath: readonly string[];
  readonly tagPaths: readonly (readonly string[])[];
}

export interface ColumnMask {
  readonly column: string;
  /** null, redact, constant:TEXT, hmac, sha256, partial:N or date:PART. */
  readonly mask: string;
  readonly rules: readonly string[];
}

export interface RowFilter {
  readonly rule: string;
  readonly filter: string;
}

/** An asset, or a whole namespace when kind and name are null. */
export interface Target {
  readonly namespace: string;
  readonly kind: string | null;
  readonly name: string | null;
  readonly actions: readonly string[];
  readonly reason: string;
}

export type RequestStep = 'approve' | 'deny' | 'withdraw' | 'revoke';

export interface AccessRequest extends Target {
  readonly id: string;
  readonly state: 'open' | 'granted' | 'denied' | 'withdrawn' | 'expired' | 'revoked';
  /** What the reader may do with it now. */
  readonly steps: readonly RequestStep[];
  readonly requester: string;
  readonly role: string | null;
  readonly wantedUntil: string;
  readonly createdAt: string;
  readonly decidedAt: string | null;
  readonly decidedBy: string | null;
  readonly decisionReason: string | null;
  readonly grantedUntil: string | null;
  readonly revokedAt: string | null;
  readonly revokedBy: string | null;
  readonly revocationReason: string | null;
}

export interface Emergency extends Target {
  readonly id: string;
  readonly state: 'open' | 'ended' | 'reviewed';
  /** What the reader may do with it now. */
  readonly steps: readonly ('end' | 'review')[];
  readonly subject: string;
  readonly openedAt: string;
  readonly until: string;
  readonly closedAt: string | null;
  readonly closedBy: string | null;
  readonly reviewedAt: string | null;
  readonly reviewedBy: string | null;
  readonly review: string | null;
}

export type ClaimState = 'suggested' | 'confirmed' | 'rejected';

/** That an asset or a column carries a classification, as one origin says it. */
export interface Claim {
  readonly tag: string;
  /** Null for the asset as a whole. */
  readonly column: string | null;
  readonly origin: 'hand' | 'scanner' | 'flow';
  readonly source: string | null;
  /** 0–1. */
  readonly confidence: number;
  readonly state: ClaimState;
  readonly isEffective: boolean;
  readonly author: string;
  readonly reason: string;
  readonly since: string | null;
}

/** What a place on a way shows; null is hidden from the reader. */
interface Place {
  readonly asset: { readonly id: string; readonly identityName: string } | null;
}

export interface ClassificationPath {
  readonly steps: readonly {
    readonly column: string | null;
    readonly node: Place & { readonly id: string };
    /** By which it flowed there; null where the way begins, and where people say that data flows. */
    readonly job: Place | null;
  }[];
}

export interface TablePreview {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

export interface PolicyFinding {
  readonly check: string;
  /** Empty for the policy as a whole. */
  readonly file: string;
  /** From 1; 0 for the whole file. */
  readonly line: number;
  readonly message: string;
  readonly severity: string;
}

export interface PolicyAttempt {
  /** taken, unchanged, held, refused or failed. */
  readonly outcome: string;
  readonly version: string | null;
  readonly refusal: string | null;
  readonly message: string;
  readonly source: string;
  readonly sourceRef: string | null;
  readonly attemptedBy: string;
  readonly attemptedAt: string;
}

export interface PolicyMove {
  readonly generation: number;
  readonly version: string;
  readonly source: string;
  readonly sourceRef: string | null;
  readonly signedBy: string | null;
  readonly movedBy: string;
  readonly reason: string;
  readonly movedAt: string;
}

export interface PolicyStatus {
  readonly version: string;
  readonly generation: number;
  readonly since: string;
  readonly changedBy: string;
  readonly source: string;
  readonly isApplyOpen: boolean;
  readonly keys: readonly string[];
  readonly answering: {
    readonly version: string;
    readonly generation: number;
    readonly lagReason: string | null;
  };
  readonly lastAttempt: PolicyAttempt | null;
  readonly lastOfSource: PolicyAttempt | null;
  readonly lastRefused: (PolicyAttempt & { readonly findings: readonly PolicyFinding[] }) | null;
  readonly history: Page<PolicyMove>;
}
