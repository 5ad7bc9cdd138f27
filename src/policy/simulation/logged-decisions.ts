import type { Scope } from '../decision/scope.js';

/** A logged answer with all that it was made from. Without a kind it is of a list: a plan. */
export interface LoggedDecision {
  /** `SEGMENT:NUMBER` of its record. */
  readonly id: string;
  readonly decidedAt: Date;
  readonly subject: string;
  readonly action: string;
  readonly namespace?: string | undefined;
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
  readonly groups: readonly string[];
  readonly tags?: readonly string[] | undefined;
  /** As JSON has it: `now` is a text. */
  readonly context: Readonly<Record<string, unknown>>;
  readonly appliesMasks?: boolean | undefined;
  readonly columns?: Readonly<Record<string, readonly string[]>> | undefined;
  /** What the credential was for. */
  readonly scope?: Scope | undefined;
  /** Emergencies that were open for who asked for a list; each holds for a part of it. */
  readonly under?: readonly string[] | undefined;
  readonly isAllowed: boolean;
  readonly rules: readonly string[];
  /** Version of the policy that answered. */
  readonly bundle: string;
}

/** The log of decisions, as far as it is asked again. */
export interface LoggedDecisions {
  count(from: Date, to: Date): Promise<number>;
  /** In batches, oldest first; undefined for what cannot be read. @param from included @param to excluded */
  read(from: Date, to: Date): AsyncGenerator<readonly (LoggedDecision | undefined)[]>;
}

/** Injection token of {@link LoggedDecisions}. */
export const LOGGED_DECISIONS = Symbol('LoggedDecisions');
