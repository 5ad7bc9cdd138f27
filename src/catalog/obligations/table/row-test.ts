import type { BoundFilter } from '../../../policy/index.js';
import type { TableObligations } from './table-obligations.js';
import { TableFault } from '../../merging/rows/row-table.js';

type Comparison = Extract<BoundFilter, { kind: 'compare' }>;
type Value = Comparison['operands'][number];

/** The value of a column in the row at hand, as the type that it is compared as; undefined when it is missing. */
export type ColumnReader = (column: string, type: Comparison['type'] | 'any') => Value | undefined;

/** Says that a value is not of the type that it is compared as. */
export class TypeFault extends Error {}

/**
 * Whether all filters let a row through. Every comparison is made, so that a value of a wrong type is found whatever the others say.
 * @throws {TableFault} naming the filter whose column has another type
 */
export function passes(filters: TableObligations['filters'], read: ColumnReader): boolean {
  let isThrough = true;
  for (const { rule, filter } of filters) {
    try {
      if (!holds(filter, read)) isThrough = false;
    } catch (error) {
      if (!(error instanceof TypeFault)) throw error;
      throw new TableFault(`cannot be filtered by ${rule}: ${error.message}`);
    }
  }
  return isThrough;
}

/** Columns that the filters look at, each with the first filter that does. */
export function filteredColumns(filters: TableObligations['filters']): ReadonlyMap<string, string> {
  const columns = new Map<string, string>();
  const walk = (filter: BoundFilter, rule: string): void => {
    if ('parts' in filter) for (const part of filter.parts) walk(part, rule);
    else if (!columns.has(filter.column)) columns.set(filter.column, rule);
  };
  for (const { filter, rule } of filters) walk(filter, rule);
  return columns;
}

/** That a file lacks a column by which it would have to be filtered. */
export function missingColumn(rule: string, column: string): TableFault {
  return new TableFault(`cannot be filtered by ${rule}: it has no column ${JSON.stringify(column)}`);
}

function holds(filter: BoundFilter, read: ColumnReader): boolean {
  switch (filter.kind) {
    case 'null':
      return (read(filter.column, 'any') === undefined) === filter.isNull;
    case 'compare':
      return compares(filter, read(filter.column, filter.type));
    case 'and':
      return filter.parts.map((part) => holds(part, read)).every(Boolean);
    case 'or':
      return filter.parts.map((part) => holds(part, read)).some(Boolean);
  }
}

function compares({ operator, operands }: Comparison, value: Value | undefined): boolean {
  const [other] = operands;
  if (value === undefined || other === undefined) return false;
  switch (operator) {
    case '==':
      return value === other;
    case '!=':
      return value !== other;
    case '<':
      return value < other;
    case '<=':
      return value <= other;
    case '>':
      return value > other;
    case '>=':
      return value >= other;
    case 'in':
      return operands.includes(value);
  }
}
