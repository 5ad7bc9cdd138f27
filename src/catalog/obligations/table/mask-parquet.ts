import { ScratchDatabase } from '../../merging/parquet/duckdb.js';
import { identifier, literal } from '../../merging/parquet/sql-text.js';
import { readSide, reasonOf, writeLayout } from '../../merging/parquet/parquet-side.js';
import { TableFault } from '../../merging/rows/row-table.js';
import { filterSql } from './filter-sql.js';
import { maskSql } from './mask-sql.js';
import { onlyMask, reachOf, type TableObligations, type TableOutcome } from './table-obligations.js';

type Masks = TableObligations['masks'];

/** A column or a field of a struct. */
interface Field {
  readonly name: string;
  /** SQL for its value. */
  readonly sql: string;
  /** As DuckDB writes it. */
  readonly type: string;
}

/**
 * Writes what may be seen of a Parquet file. It is written anew from what is left, so that no statistic, dictionary or note of the old
 * one is in it.
 * @throws {TableFault} it cannot be read or filtered
 */
export async function maskParquet(
  files: { readonly from: string; readonly to: string; readonly directory: string },
  { masks, filters }: TableObligations,
  key: Uint8Array,
): Promise<TableOutcome> {
  const side = await readSide(files.from);
  const source = `read_parquet(${literal(files.from)})`;
  const database = await ScratchDatabase.open(files.directory);
  try {
    const describe = async (selected: string): Promise<readonly [name: string, type: string][]> =>
      (await database.query(`DESCRIBE SELECT ${selected} FROM ${source}`)).map((row) => [
        String(row['column_name']),
        String(row['column_type']),
      ]);
    const fieldsOf = async (sql: string): Promise<readonly Field[]> =>
      (await describe(`unnest(${sql})`)).map(([name, type]) => ({
        ...{ name, type },
        sql: `struct_extract(${sql}, ${literal(name)})`,
      }));
    const columns = (await describe('*')).map(([name, type]): Field => ({
      name,
      type,
      sql: identifier(name),
    }));

    let isTouched = filters.length > 0;
    const maskField = async (field: Field, about: Masks): Promise<string | undefined> => {
      const reaching = about.flatMap(({ column, mask }) => {
        const reach = reachOf(column, field.name);
        return reach === undefined ? [] : [{ mask, reach }];
      });
      if (reaching.length === 0) return undefined;
      isTouched = true;
      const whole = reaching.filter(({ reach }) => reach.kind === 'whole').map(({ mask }) => mask);
      if (whole.length > 0 || !field.type.startsWith('STRUCT(') || field.type.endsWith(']')) {
        return maskSql(onlyMask(whole.length > 0 ? whole : reaching.map((each) => each.mask))!, field, key);
      }
      const within = reaching.map(({ mask, reach }) => ({ mask, column: (reach as { path: string }).path }));
      const parts: string[] = [];
      for (const inner of await fieldsOf(field.sql))
        parts.push(`${identifier(inner.name)} := ${(await maskField(inner, within)) ?? inner.sql}`);
      return `CASE WHEN ${field.sql} IS NOT NULL THEN struct_pack(${parts.join(', ')}) END`;
    };
    const selected: string[] = [];
    for (const column of columns) {
      // Read as microseconds otherwise, and written so.
      const isMillis = side.types.get(column.name) === 'timestamp(ms)';
      const plain = isMillis ? `${column.sql}::TIMESTAMP_MS` : column.sql;
      selected.push(`${(await maskField(column, masks)) ?? plain} AS ${identifier(column.name)}`);
    }
    if (!isTouched) return { kind: 'untouched' };
    const where = await filterSql(filters, columns, fieldsOf);
    await database.run(
      `COPY (SELECT ${selected.join(', ')} FROM ${source}${where}) TO ${literal(files.to)} (${writeLayout(side)})`,
    );
    return { kind: 'written' };
  } catch (error) {
    if (error instanceof TableFault) throw error;
    throw new TableFault(`cannot be read: ${reasonOf(error)}`, { cause: error });
  } finally {
    database.close();
  }
}
