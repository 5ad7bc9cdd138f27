import type { Scanner } from './scanners.js';

/** What was seen of a column: counts, no values. */
export interface ColumnCounts {
  readonly name: string;
  /** Values that were looked at; missing ones are not. */
  readonly values: number;
  /** How many of them each scanner took for its own, by its name; 0 is left out. */
  readonly matches: Readonly<Record<string, number>>;
}

/** What the name alone gives, where no value was to be had, and where the values agree with it. */
const BY_NAME = 0.6;
/** With a name that says so, and all values. */
const BOTH = 0.99;
/** Fewer values than this are no sample: what they give is less. */
const FEW = 10;
/** A smaller share of values is chance: one in ten numbers passes Luhn's check. */
const LEAST_SHARE = 0.2;

/** `customerEmail` and `Customer E-Mail` are `customer_email` and `customer_e_mail`; of `a.b.email` the last part counts. */
export function wordsOf(column: string): string {
  return column
    .slice(column.lastIndexOf('.') + 1)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_');
}

/**
 * How sure a scanner is of a column, 0–1: by the share of its values that match, and by its name. A name whose values say otherwise gives
 * nothing.
 */
export function confidenceOf(scanner: Scanner, { name, values, matches }: ColumnCounts): number {
  const isNamed = scanner.names.test(wordsOf(name));
  if (values === 0) return isNamed ? BY_NAME : 0;
  const share = (matches[scanner.name] ?? 0) / values;
  if (share < LEAST_SHARE) return 0;
  if (isNamed) return round(BY_NAME + (BOTH - BY_NAME) * share);
  return round(scanner.byValues * share * Math.min(1, values / FEW));
}

function round(confidence: number): number {
  return Math.round(confidence * 100) / 100;
}

/** What a confidence rests on. */
export function reasonOf(scanner: Scanner, { name, values, matches }: ColumnCounts): string {
  const isNamed = scanner.names.test(wordsOf(name)) ? 'its name says so' : 'its name does not say so';
  return `${matches[scanner.name] ?? 0} of ${values} values match; ${isNamed}.`;
}
