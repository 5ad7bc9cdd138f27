import type { Finding } from '../claim.repository.js';
import { type ColumnCounts, confidenceOf, reasonOf } from './confidence.js';
import { SCANNERS } from './scanners.js';

/** Which classification each scanner gives; a scanner that is off is not there. */
export type ScannerTags = ReadonlyMap<string, string>;

/** @param setting as `CAIRN_CLASSIFICATION_SCANNERS` has it @throws {RangeError} naming a scanner that is none */
export function scannerTags(setting: string): ScannerTags {
  const tags = new Map(SCANNERS.map(({ name, tag }) => [name, tag]));
  for (const rule of setting === '' ? [] : setting.split(',')) {
    const [name, tag] = rule.split('=') as [string, string];
    if (!SCANNERS.some((scanner) => scanner.name === name))
      throw new RangeError(
        `CAIRN_CLASSIFICATION_SCANNERS: ${name} is no scanner; there are ${[...tags.keys()].join(', ')}`,
      );
    if (tag === 'off') tags.delete(name);
    else tags.set(name, tag);
  }
  return tags;
}

/**
 * What scanners say of columns; of one that comes in several files the surest.
 * @param least confidence from which it is said
 */
export function findingsOf(columns: readonly ColumnCounts[], tags: ScannerTags, least: number): Finding[] {
  const found = new Map<string, Finding>();
  for (const column of columns)
    for (const scanner of SCANNERS) {
      const tag = tags.get(scanner.name);
      const confidence = confidenceOf(scanner, column);
      const key = `${scanner.name} ${column.name}`;
      if (tag === undefined || confidence < least || confidence === 0) continue;
      if (confidence > (found.get(key)?.confidence ?? 0))
        found.set(key, {
          column: column.name,
          tag,
          scanner: scanner.name,
          confidence,
          reason: reasonOf(scanner, column),
        });
    }
  return [...found.values()];
}
