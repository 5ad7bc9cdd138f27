import type { BoundFilter, Mask } from '../../../policy/index.js';

/** What is done with the rows of one file: filters see what is there, masks change what is left. */
export interface TableObligations {
  readonly masks: readonly { readonly column: string; readonly mask: Mask }[];
  /** All of them must hold. `rule` is told to who may not read for its sake. */
  readonly filters: readonly { readonly rule: string; readonly filter: BoundFilter }[];
}

/** What became of a file. */
export type TableOutcome =
  | { readonly kind: 'written' }
  /** No column of it is masked, and no row filtered. */
  | { readonly kind: 'untouched' }
  /** A sentence without its subject, the file. */
  | { readonly kind: 'unfit'; readonly reason: string };

/** The columns and the first rows of a table, values as texts. */
export interface TableHead {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** How a mask is about a column: as a whole, or about a part of its values, or not at all. */
export type Reach = { readonly kind: 'whole' } | { readonly kind: 'within'; readonly path: string };

/**
 * How what is said of `masked` concerns `column`. Names that differ in case only, or in how their letters are composed, are one name to
 * many readers, so they are one here.
 */
export function reachOf(masked: string, column: string): Reach | undefined {
  const [said, name] = [plainName(masked), plainName(column)];
  if (said === name || name.startsWith(`${said}.`)) return { kind: 'whole' };
  if (said.startsWith(`${name}.`)) return { kind: 'within', path: said.slice(name.length + 1) };
  return undefined;
}

/** A name as it is compared. */
export function plainName(name: string): string {
  return name.trim().normalize('NFKC').toLowerCase();
}

/** The one mask of several; different ones leave no value. */
export function onlyMask(masks: readonly Mask[]): Mask | undefined {
  const [first, ...others] = masks;
  const text = JSON.stringify(first);
  return others.every((mask) => JSON.stringify(mask) === text) ? first : { kind: 'null' };
}
