import { type Ancestry, pushTo } from '../bundle/ancestry.js';
import { type Mask, strictestMask } from '../mask/mask.js';
import type { Obligation } from './decision.js';

/** What must be done with the values of a column. */
export interface ColumnMask {
  /** Fields of structs as `struct.field`. */
  readonly column: string;
  readonly mask: Mask;
  /** Ids of the mask rules that ask for it or for a milder one. */
  readonly rules: readonly string[];
}

/** The masks of an asset's columns, or the obligations that none of its columns could meet. */
export type ColumnMasks =
  | { readonly kind: 'masks'; readonly masks: readonly ColumnMask[] }
  | { readonly kind: 'uncovered'; readonly obligations: readonly Obligation[] };

/**
 * An obligation is about the columns that carry its classification, or, where none carries that very one, about those that carry one
 * below it. A classification that the asset carries and none of its columns does may stand for any part of it, so that masking columns
 * would not meet the obligation.
 * @param columns classifications by column
 */
export function columnMasks(
  obligations: readonly Obligation[],
  columns: ReadonlyMap<string, readonly string[]>,
  tags: Ancestry,
): ColumnMasks {
  const found = new Map<string, Obligation[]>();
  const uncovered: Obligation[] = [];
  for (const obligation of obligations) {
    const covered = columnsWith(obligation.tag, columns, tags);
    if (covered.length === 0) uncovered.push(obligation);
    for (const column of covered) pushTo(found, column, obligation);
  }
  if (uncovered.length > 0) return { kind: 'uncovered', obligations: uncovered };
  const masks = [...found].map(([column, asked]) => ({
    column,
    mask: strictestMask(asked.map(({ mask }) => mask))!,
    rules: [...new Set(asked.flatMap(({ rules }) => rules))],
  }));
  return { kind: 'masks', masks: masks.sort((a, b) => (a.column < b.column ? -1 : 1)) };
}

function columnsWith(
  tag: string,
  columns: ReadonlyMap<string, readonly string[]>,
  tags: Ancestry,
): readonly string[] {
  const entries = [...columns];
  const exact = entries.filter(([, carried]) => carried.includes(tag));
  const found =
    exact.length > 0
      ? exact
      : entries.filter(([, carried]) => carried.some((each) => tags.pathFrom(each).includes(tag)));
  return found.map(([column]) => column);
}
