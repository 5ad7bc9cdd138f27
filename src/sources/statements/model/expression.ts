import type { Query } from './query.js';

/** Where in a text, in UTF-16 units from its start; -1 where the parser does not say. */
export type Offset = number;

/**
 * How values come through an expression, the weakest first. What is composed of several has the strongest of them.
 * Source: OpenLineage ColumnLineageDatasetFacet 1-2-0, subtypes of DIRECT.
 */
export const DIRECT_SUBTYPES = ['IDENTITY', 'TRANSFORMATION', 'AGGREGATION'] as const;
export type DirectSubtype = (typeof DIRECT_SUBTYPES)[number];

/** How a column influences others without its values being in them. Source: as above, subtypes of INDIRECT. */
export type IndirectSubtype = 'JOIN' | 'GROUP_BY' | 'FILTER' | 'SORT' | 'WINDOW' | 'CONDITIONAL';

/** What an expression depends on without taking its values: the condition of a CASE, the partition of a window. */
export interface Influence {
  readonly by: Expression;
  readonly subtype: IndirectSubtype;
}

/** An expression of a statement, reduced to what columns it takes and how. Names are folded as the dialect folds them. */
export type Expression =
  | { readonly kind: 'constant' }
  | ColumnReference
  /** `t.*` as one value. */
  | { readonly kind: 'row'; readonly qualifier: readonly string[]; readonly at: Offset }
  | Computation
  | {
      readonly kind: 'subquery';
      readonly query: Query;
      /** `exists` asks only whether there are rows. */
      readonly asks: 'values' | 'exists';
    }
  | { readonly kind: 'lambda'; readonly parameters: readonly string[]; readonly body: Expression };

/** `a`, `t.a`, `s.t.a`; in dialects with rows also `t.a.field`. */
export interface ColumnReference {
  readonly kind: 'column';
  readonly parts: readonly string[];
  readonly at: Offset;
}

/** An operator, function call, cast, constructor: anything that makes a value of others. */
export interface Computation {
  readonly kind: 'computation';
  readonly as: DirectSubtype;
  readonly inputs: readonly Expression[];
  readonly influences: readonly Influence[];
  /** Whether values cannot be told from the result: hashes. */
  readonly isMasking: boolean;
}

export const CONSTANT: Expression = { kind: 'constant' };

/** A computation; one that takes nothing is a constant. */
export function computation(
  inputs: readonly Expression[],
  {
    as = 'TRANSFORMATION',
    influences = [],
    isMasking = false,
  }: Partial<Pick<Computation, 'as' | 'influences' | 'isMasking'>> = {},
): Expression {
  const telling = inputs.filter(({ kind }) => kind !== 'constant');
  const influencing = influences.filter(({ by }) => by.kind !== 'constant');
  if (telling.length === 0 && influencing.length === 0) return CONSTANT;
  return { kind: 'computation', as, inputs: telling, influences: influencing, isMasking };
}
