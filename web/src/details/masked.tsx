import type { ColumnMask, RowFilter } from '../api/governance-types.js';
import { READING } from '../api/governance.js';
import type { AssetSummary } from '../api/types.js';
import { useQuery } from '../api/use-query.js';
import { maskWords, masksByColumn } from './obligations.js';

/** What the reader does not get to see of an asset's content. */
export interface Obligations {
  readonly masks: readonly ColumnMask[];
  readonly maskOf: (column: string) => ColumnMask | undefined;
  readonly filters: readonly RowFilter[];
}

const NONE: Obligations = { masks: [], maskOf: () => undefined, filters: [] };

/** Masks and filters of the reader's own; none until they are known, and none for who may not read at all. */
export function useObligations(asset: AssetSummary): Obligations {
  const { answer } = useQuery(READING, { id: asset.id });
  if (answer === undefined || !answer.reading.allowed) return NONE;
  const { masks, filters } = answer.reading;
  return { masks, filters, maskOf: masksByColumn(masks) };
}

/** Says that a column's values are changed before the reader gets them. */
export function MaskMark({ mask: { mask, rules } }: { readonly mask: ColumnMask }) {
  return (
    <span className="mask-mark" title={`You get the values ${maskWords(mask)} (${rules.join(', ')}).`}>
      masked
      <span className="sr-only">: you get the values {maskWords(mask)}</span>
    </span>
  );
}

/** Says that rows are left out. */
export function FilterNotice({ filters }: { readonly filters: readonly RowFilter[] }) {
  if (filters.length === 0) return null;
  return (
    <div className="notice small">
      You see only rows where
      <ul className="filter-list">
        {filters.map(({ rule, filter }) => (
          <li key={rule}>
            <code className="breakable">{filter}</code> <span className="muted">{rule}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
