import type { RuleEffect } from '../bundle/rules.js';
import type { PolicyContext } from '../condition/attributes.js';
import type { Truth } from '../condition/condition.js';
import type { BoundFilter } from '../filter/filter.js';
import type { Mask } from '../mask/mask.js';
import type { Scope } from './scope.js';
import type { Action, Kind } from '../vocabulary.js';

/** One question to the policy: may this subject do this to that, now? */
export interface DecisionRequest {
  /** `user:…` or `service:…`. Anything else is denied. */
  readonly subject: string;
  /** `group:NAME`, for each group that the subject is a member of now: it counts as each of them. None by default. */
  readonly groups?: readonly string[];
  readonly action: Action;
  /** Where the object stands; `*` for kind `system`. In a namespace that no g2 line names only rules in `*` hold. */
  readonly namespace: string;
  readonly kind: Kind;
  readonly name: string;
  /** The object's own classifications, not closed over their tree. Never scanned: `unclassified`. */
  readonly tags: readonly string[];
  readonly context: PolicyContext;
  /** Whether the caller will carry out the obligations of the answer; by default not, and then a mask or a filter means deny. */
  readonly appliesMasks?: boolean;
  /**
   * Classifications by column, fields of structs as `struct.field`, of who will carry out obligations on columns and rows. They count as
   * the object's too, and a mask that is about none of them means deny.
   */
  readonly columns?: Readonly<Record<string, readonly string[]>> | undefined;
  /** What the credential is for that the subject came by; outside of it all is denied, whatever the rules say. */
  readonly scope?: Scope | null;
}

/** A rule that had its part in a decision. */
export interface MatchedRule {
  readonly id: string;
  readonly effect: RuleEffect;
  /** From the subject over its roles to the subject that the rule names: `[user:ana, role:analyst, role:reader]`. */
  readonly rolePath: readonly string[];
  /** From a classification of the object up to the one that the rule names, for each that made the rule match. */
  readonly tagPaths: readonly (readonly string[])[];
  /** Unknown: an attribute that the condition needs is missing, and the rule takes away. */
  readonly condition: Exclude<Truth, 'false'>;
}

/** What must be done with an allowed answer: this mask on every value that carries this classification. */
export interface Obligation {
  readonly tag: string;
  readonly mask: Mask;
  /** Ids of the mask rules that apply, those that name the classification itself before those that name one above. */
  readonly rules: readonly string[];
}

/** What else must be done with an allowed answer: only rows that the filter lets through are seen. */
export interface FilterObligation {
  /** Id of the filter rule. */
  readonly rule: string;
  /** The filter as policy files write it, attributes by their names. */
  readonly source: string;
  readonly filter: BoundFilter;
}

/** The policy's answer. */
export interface Decision {
  readonly allowed: boolean;
  /** Ids of the rules that made the answer what it is; none when no rule allows. */
  readonly rules: readonly string[];
  /** One sentence without its full stop, naming those rules. */
  readonly reason: string;
  /** Every rule that matched, also those that others overrode; masks, filters and exemptions come last. */
  readonly matched: readonly MatchedRule[];
  /** One per classification; empty unless allowed. */
  readonly obligations: readonly Obligation[];
  /** In the bundle's order; all must hold. Empty unless allowed. */
  readonly filters: readonly FilterObligation[];
  /** {@link Bundle.version} of the policy that answered. */
  readonly bundleVersion: string;
}
