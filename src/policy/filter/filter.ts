import type { AttributeName } from '../condition/attributes.js';
import type { LiteralValue, Operator } from '../condition/condition.js';

/** Types that a column is compared as. A `time` is milliseconds since 1970 once parsed; a date is its midnight in UTC. */
export type ColumnType = 'text' | 'number' | 'boolean' | 'time';

/** The names behind `$`: the attributes of who asks and of the request, and `$subject`. `$now` would make every read another one. */
export type FilterAttribute = Exclude<AttributeName, 'now'> | 'subject';

/** What a column is compared with: a literal, or what is known of the request. */
export type Operand = { readonly value: LiteralValue } | { readonly attribute: FilterAttribute };

/** A predicate over the columns of a row, its operands of sort `O`. */
type FilterOver<O> =
  | {
      readonly kind: 'compare';
      readonly column: string;
      readonly type: ColumnType;
      readonly operator: Operator;
      /** One; one and more for `in`. */
      readonly operands: readonly O[];
    }
  | { readonly kind: 'null'; readonly column: string; readonly isNull: boolean }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly FilterOver<O>[] };

/** The `filter` column of a policy file: which rows may be seen. */
export interface RowFilter {
  /** As policy files write it, in the one spelling of `filterText`. */
  readonly source: string;
  readonly root: FilterOver<Operand>;
}

/** What the `filter` column of an exemption says. */
export const NO_FILTER = 'none';

/**
 * A filter for one request: attributes replaced by their values. A comparison with an attribute that is not known has no operand and
 * holds for no row; so does every comparison with a value that is missing in the row.
 */
export type BoundFilter = FilterOver<LiteralValue>;
