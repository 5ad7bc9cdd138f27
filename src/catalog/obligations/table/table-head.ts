import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ScratchDatabase } from '../../merging/parquet/duckdb.js';
import { identifier, literal } from '../../merging/parquet/sql-text.js';
import { reasonOf } from '../../merging/parquet/parquet-side.js';
import { CsvTable } from '../../merging/rows/csv-table.js';
import { JsonTable } from '../../merging/rows/json-table.js';
import { MAX_SHOWN, TableFault } from '../../merging/rows/row-table.js';
import type { HeadTask } from '../../merging/table-task.js';
import type { TableHead } from './table-obligations.js';

/** The first rows of `raw` in the task's folder. @returns a sentence without its subject when it cannot be read */
export async function tableHead(task: HeadTask): Promise<TableHead | string> {
  const file = path.join(task.directory, 'raw');
  try {
    if (task.format === 'parquet') return await parquetHead(task, file);
    const bytes = readFileSync(file);
    return task.format === 'csv'
      ? csvHead(new CsvTable(bytes), task.first)
      : jsonHead(new JsonTable(bytes, task.format), task.first);
  } catch (error) {
    if (error instanceof TableFault) return error.message;
    throw error;
  }
}

function csvHead(table: CsvTable, first: number): TableHead {
  const rows = Array.from({ length: Math.min(first, table.size) }, (_, row) =>
    table.row(row).map(({ value }) => (value === '' ? null : table.show(value))),
  );
  return { columns: table.columns, rows };
}

/** Columns in the order in which the rows bring them; objects and lists as JSON. */
function jsonHead(table: JsonTable, first: number): TableHead {
  const found = Array.from({ length: Math.min(first, table.size) }, (_, row) => table.cells(row));
  const columns = [...new Set(found.flatMap((cells) => [...cells.keys()]))];
  const show = (raw: string | undefined): string | null => {
    if (raw === undefined || raw === 'null') return null;
    return table.show(raw.startsWith('"') ? (JSON.parse(raw) as string) : raw);
  };
  return { columns, rows: found.map((cells) => columns.map((name) => show(cells.get(name)?.raw))) };
}

async function parquetHead({ directory, first }: HeadTask, file: string): Promise<TableHead> {
  const database = await ScratchDatabase.open(directory);
  try {
    const source = `read_parquet(${literal(file)})`;
    const described = await database.query(`DESCRIBE SELECT * FROM ${source}`);
    const columns = described.map((row) => String(row['column_name']));
    const texts = columns.map(
      (name) => `left(${identifier(name)}::VARCHAR, ${MAX_SHOWN}) AS ${identifier(name)}`,
    );
    const rows = await database.query(`SELECT ${texts.join(', ')} FROM ${source} LIMIT ${first}`);
    return { columns, rows: rows.map((row) => columns.map((name) => (row[name] ?? null) as string | null)) };
  } catch (error) {
    throw new TableFault(`cannot be read: ${reasonOf(error)}`, { cause: error });
  } finally {
    database.close();
  }
}
