import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = path.resolve('test/fixtures/events');

/** Names of the recordings: `airflow`, `dbt-duckdb` … */
export const RECORDINGS: readonly string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.jsonl'))
  .map((file) => path.basename(file, '.jsonl'))
  .sort();

/** The events of a recording in the order of arrival, batches taken apart. Fresh objects at each call. */
export function recordedEvents(name: string): Record<string, any>[] {
  return readFileSync(path.join(FOLDER, `${name}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => JSON.parse(line) as Record<string, any>);
}

/** The true lineage of a recording's pipeline. */
export function expectedLineage(name: string): Record<string, any> {
  return JSON.parse(readFileSync(path.join(FOLDER, `${name}.expected.json`), 'utf8')) as Record<string, any>;
}
