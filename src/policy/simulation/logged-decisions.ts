/** A logged answer with all that it was made from. Without a kind it is of a list: a plan. */
export interface LoggedDecision {
  readonly decidedAt: Date;
  readonly subject: string;
  readonly action: string;
  readonly namespace: string | null;
  readonly kind: string | null;
  readonly name: string | null;
  /** Null, like tags and context, in what was logged before they were kept: that cannot be asked again. */
  readonly groups: readonly string[] | null;
  readonly tags: readonly string[] | null;
  /** As JSON has it: `now` is a text. */
  readonly context: Readonly<Record<string, unknown>> | null;
  readonly isAllowed: boolean;
  readonly rules: readonly string[];
  /** Version of the policy that answered. */
  readonly bundle: string;
}

/** The log of decisions, as far as it is asked again. */
export interface LoggedDecisions {
  count(from: Date, to: Date): Promise<number>;
  /** In batches, oldest first. @param from included @param to excluded */
  read(from: Date, to: Date): AsyncGenerator<readonly LoggedDecision[]>;
}

/** Injection token of {@link LoggedDecisions}. */
export const LOGGED_DECISIONS = Symbol('LoggedDecisions');
