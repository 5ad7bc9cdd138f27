import type { Schemas } from '../lineage/script.js';

/** Schemas of which only the names of the columns are known. */
export function named(columnsOf: (table: string) => readonly string[] | undefined): Schemas {
  return (table) => columnsOf(table)?.map((name) => ({ name }));
}
