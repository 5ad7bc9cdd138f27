import { stringify } from 'csv-stringify/sync';

/** The library quotes whole line ends of its own; any other is a line's end to some reader as well. */
const OPTIONS = { record_delimiter: 'windows', quoted_match: /[\r\n]/, escape_formulas: true } as const;

/**
 * A record of CSV with its line end. A text that a spreadsheet would take for a formula begins with an apostrophe, since names come from
 * whoever sends events. Source: RFC 4180; OWASP, "CSV Injection".
 */
export function csvLine(fields: readonly string[]): string {
  return stringify([[...fields]], OPTIONS);
}
