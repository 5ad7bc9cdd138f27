import { literal } from '../../merging/parquet/sql-text.js';
import { TableFault } from '../../merging/rows/row-table.js';
import type { BoundFilter } from '../../../policy/index.js';
import { missingColumn } from './row-test.js';
import type { TableObligations } from './table-obligations.js';

type Comparison = Extract<BoundFilter, { kind: 'compare' }>;

/** A column or a field of a struct: SQL for its value, and its type as DuckDB writes it. */
interface Field {
  readonly name: string;
  readonly sql: string;
  readonly type: string;
}

const TYPES: Readonly<Record<Comparison['type'], RegExp>> = {
  text: /^VARCHAR$/,
  number: /^(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\))$/,
  boolean: /^BOOLEAN$/,
  time: /^(?:DATE|TIMESTAMP(?:_S|_MS|_NS| WITH TIME ZONE)?)$/,
};
const SQL_OPERATORS: Readonly<Record<string, string>> = { '==': '=', '!=': '<>' };

/**
 * The `WHERE` that lets through what all filters do, or nothing.
 * @param fieldsOf the fields of a struct, by SQL for its value
 * @throws {TableFault} naming the filter whose column is missing or of another type
 */
export async function filterSql(
  filters: TableObligations['filters'],
  columns: readonly Field[],
  fieldsOf: (sql: string) => Promise<readonly Field[]>,
): Promise<string> {
  const find = async (path: string, among: readonly Field[]): Promise<Field | undefined> => {
    const own = among.find(({ name }) => name === path);
    if (own !== undefined) return own;
    for (const { name, sql, type } of among) {
      if (!path.startsWith(`${name}.`) || !type.startsWith('STRUCT(') || type.endsWith(']')) continue;
      const inner = await find(path.slice(name.length + 1), await fieldsOf(sql));
      if (inner !== undefined) return inner;
    }
    return undefined;
  };
  const write = async (filter: BoundFilter, rule: string): Promise<string> => {
    if ('parts' in filter) {
      const parts: string[] = [];
      for (const part of filter.parts) parts.push(await write(part, rule));
      return `(${parts.join(filter.kind === 'and' ? ' AND ' : ' OR ')})`;
    }
    const field = await find(filter.column, columns);
    if (field === undefined) throw missingColumn(rule, filter.column);
    if (filter.kind === 'null') return `${field.sql} IS ${filter.isNull ? '' : 'NOT '}NULL`;
    if (!TYPES[filter.type].test(field.type)) {
      const name = JSON.stringify(filter.column);
      throw new TableFault(
        `cannot be filtered by ${rule}: its column ${name} is of type ${field.type}, and compared as a ${filter.type}`,
      );
    }
    return comparisonSql(filter, field);
  };
  if (filters.length === 0) return '';
  const written: string[] = [];
  for (const { rule, filter } of filters) written.push(`(${await write(filter, rule)})`);
  return ` WHERE ${written.join(' AND ')}`;
}

function comparisonSql({ type, operator, operands }: Comparison, field: Field): string {
  if (operands.length === 0) return 'FALSE';
  const values = operands.map((operand) => {
    if (typeof operand === 'string') return literal(operand);
    if (type === 'time') return `${BigInt(operand as number) * 1000n}::BIGINT`;
    return type === 'number' ? `${literal(String(operand))}::DOUBLE` : String(operand);
  });
  const value =
    type === 'number' ? `${field.sql}::DOUBLE` : type === 'time' ? `epoch_us(${field.sql})` : field.sql;
  const compared =
    operator === 'in'
      ? `${value} IN (${values.join(', ')})`
      : `${value} ${SQL_OPERATORS[operator] ?? operator} ${values[0]}`;
  // What is no number compares with none; DuckDB has it greater than all of them.
  return /^(?:FLOAT|DOUBLE)$/.test(field.type) ? `(${compared} AND NOT isnan(${field.sql}))` : compared;
}
