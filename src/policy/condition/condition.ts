import type { AttributeName } from './attributes.js';

/** Comparisons of the grammar. */
export const OPERATORS = ['==', '!=', '<=', '>=', '<', '>', 'in'] as const;
export type Operator = (typeof OPERATORS)[number];

/** A literal as compared: instants are milliseconds since 1970. */
export type LiteralValue = string | number | boolean;

/** One comparison. `values` has one literal, or one and more for `in`. */
export interface Clause {
  readonly attribute: AttributeName;
  readonly operator: Operator;
  readonly values: readonly LiteralValue[];
}

/** A `when` column: all clauses must hold; none at all (`-`) always holds. */
export interface Condition {
  /** As written. */
  readonly source: string;
  readonly clauses: readonly Clause[];
}

/** What a condition says about a request. `unknown`: an attribute it needs is missing. */
export type Truth = 'true' | 'false' | 'unknown';
