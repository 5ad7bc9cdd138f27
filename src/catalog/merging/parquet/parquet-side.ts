import { open } from 'node:fs/promises';

import type { FileMetaData } from 'hyparquet';

import type { ContentReader } from '../../profiles/content-reader.js';
import { FooterFault } from '../../profiles/parquet-footer.js';
import { readParquet } from '../../profiles/parquet.js';
import { schemaTree, typeText } from '../../profiles/parquet-types.js';
import { TableFault } from '../rows/row-table.js';
import type { ScratchDatabase } from './duckdb.js';
import { identifier, literal } from './sql-text.js';

/** The row's place in its file. */
export const ROW = '"#row"';

/** A Parquet file as its footer describes it. */
export interface ParquetSide {
  readonly file: string;
  readonly metadata: FileMetaData;
  /** Type of each column by name, in the order of the file. */
  readonly types: ReadonlyMap<string, string>;
}

/** Reads a footer. @throws {TableFault} */
export async function readSide(file: string): Promise<ParquetSide> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const reader: ContentReader = {
      sizeBytes: size,
      read: async (start, end) =>
        (await handle.read({ buffer: Buffer.alloc(end - start), position: start })).buffer,
    };
    const metadata = await readParquet(reader);
    const { children } = schemaTree(metadata.schema);
    const types = new Map(children.map((node) => [node.element.name, typeText(node)]));
    const lower = new Set([...types.keys()].map((name) => name.toLowerCase()));
    if (lower.size !== children.length) throw new TableFault('has columns whose names differ in case only');
    if (lower.has('#row')) throw new TableFault('has a column named #row');
    return { file, metadata, types };
  } catch (error) {
    if (error instanceof FooterFault) throw new TableFault(`has no readable footer: ${error.message}`);
    throw error;
  } finally {
    await handle.close();
  }
}

/** @throws {TableFault} the file has what a rewritten one would lose */
export function checkRewritable({ metadata }: ParquetSide): void {
  const fixed = schemaTree(metadata.schema).children.find(
    ({ element }) => element.repetition_type === 'REQUIRED',
  );
  if (fixed !== undefined) {
    const name = JSON.stringify(fixed.element.name);
    throw new TableFault(`has a required column, ${name}; a rewritten file would not say so`);
  }
  if (metadata.schema.some(({ field_id: id }) => id !== undefined && id >= 0)) {
    throw new TableFault('has field ids, which a rewritten file would lose');
  }
}

/** @throws {TableFault} a key is missing or comes twice */
export async function checkKey(
  database: ScratchDatabase,
  side: ParquetSide,
  table: string,
  key: readonly string[],
): Promise<void> {
  const missing = key.find((name) => !side.types.has(name));
  if (missing !== undefined)
    throw new TableFault(`has no column ${JSON.stringify(missing)}, which the key needs`);
  const columns = key.map(identifier);
  const isNull = columns.map((column) => `${column} IS NULL`).join(' OR ');
  const { row } = await database.one(`SELECT min(${ROW}) AS row FROM ${table} WHERE ${isNull}`);
  if (row !== null)
    throw new TableFault(`has no value for the key (${key.join(', ')}) in row ${Number(row) + 1}`);
  const [twice] = await database.query(
    `SELECT min(${ROW}) AS a, max(${ROW}) AS b FROM ${table} GROUP BY ${columns.join(', ')} HAVING count(*) > 1 ORDER BY a LIMIT 1`,
  );
  if (twice !== undefined)
    throw new TableFault(
      `has one key twice, in rows ${Number(twice['a']) + 1} and ${Number(twice['b']) + 1}`,
    );
}

/** Says which side is at fault. */
export async function naming<T>(side: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TableFault)) throw error;
    throw new TableFault(`${side} ${error.message}`);
  }
}

/** Loads the rows of a file into a table with their places. @throws {TableFault} */
export async function loadSide(database: ScratchDatabase, table: string, side: ParquetSide): Promise<void> {
  const columns = [...side.types].map(([name, type]) => {
    // Read as microseconds otherwise, and written so.
    return type === 'timestamp(ms)'
      ? `${identifier(name)}::TIMESTAMP_MS AS ${identifier(name)}`
      : identifier(name);
  });
  try {
    await database.run(
      `CREATE TABLE ${table} AS SELECT file_row_number AS ${ROW}, ${columns.join(', ')}
       FROM read_parquet(${literal(side.file)}, file_row_number = true)`,
    );
  } catch (error) {
    throw new TableFault(`cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

/** What DuckDB says, without the names of our files. */
export function reasonOf(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  if (line.startsWith('Out of Memory')) return 'it needs more memory than is allowed';
  return line.replace(/['"]?\/[^\s'"]+['"]?/g, 'the file').slice(0, 300);
}

const CODECS: Readonly<Record<string, string>> = {
  UNCOMPRESSED: 'uncompressed',
  SNAPPY: 'snappy',
  GZIP: 'gzip',
  ZSTD: 'zstd',
  BROTLI: 'brotli',
  LZ4_RAW: 'lz4_raw',
};
const DEFAULT_GROUP_ROWS = 122_880;

/** How to write a file as `side` is written; nothing that describes its values. */
export function writeLayout({ metadata }: ParquetSide): string {
  const [group, ...more] = metadata.row_groups;
  const codec = CODECS[group?.columns[0]?.meta_data?.codec ?? 'SNAPPY'] ?? 'snappy';
  const groupRows = more.length > 0 ? Math.max(1, Number(group!.num_rows)) : DEFAULT_GROUP_ROWS;
  return ['FORMAT parquet', `COMPRESSION ${codec}`, `ROW_GROUP_SIZE ${groupRows}`].join(', ');
}

/** How to write a file like `side`. @param isSameSchema else what describes the old columns is left out */
export function writeOptions(side: ParquetSide, isSameSchema: boolean): string {
  const kept = (side.metadata.key_value_metadata ?? []).filter(
    ({ key }) => isSameSchema || (key !== 'ARROW:schema' && key !== 'pandas'),
  );
  const pairs = kept.map(({ key, value }) => `${identifier(key)}: ${literal(value ?? '')}`);
  return [writeLayout(side), ...(pairs.length > 0 ? [`KV_METADATA {${pairs.join(', ')}}`] : [])].join(', ');
}
