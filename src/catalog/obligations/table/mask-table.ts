import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bufferedSink } from '../../merging/buffered-sink.js';
import { CsvTable } from '../../merging/rows/csv-table.js';
import { JsonTable } from '../../merging/rows/json-table.js';
import { TableFault } from '../../merging/rows/row-table.js';
import type { MaskTask } from '../../merging/table-task.js';
import { maskCsv } from './mask-csv.js';
import { maskJson } from './mask-json.js';
import { maskParquet } from './mask-parquet.js';
import type { TableOutcome } from './table-obligations.js';

/** Writes `result` in the task's folder: what may be seen of `raw`. */
export async function maskTable({ format, directory, obligations, key }: MaskTask): Promise<TableOutcome> {
  const [from, to] = [path.join(directory, 'raw'), path.join(directory, 'result')];
  try {
    if (format === 'parquet') return await maskParquet({ from, to, directory }, obligations, key);
    const file = openSync(to, 'w', 0o600);
    try {
      const writer = bufferedSink(file);
      const bytes = readFileSync(from);
      const outcome =
        format === 'csv'
          ? maskCsv(new CsvTable(bytes), obligations, key, writer.sink)
          : maskJson(new JsonTable(bytes, format), obligations, key, writer.sink);
      writer.flush();
      return outcome;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof TableFault) return { kind: 'unfit', reason: error.message };
    throw error;
  }
}
