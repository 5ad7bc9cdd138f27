import { InvalidInputError } from '../../platform/index.js';

/** How a comparison of a search compares. */
export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE' | 'ILIKE' | 'IN' | 'NOT IN' | Presence;
/** Whether a map has the key at all. */
type Presence = 'IS NULL' | 'IS NOT NULL';

/** One comparison of a search; all of them must hold. */
export interface Comparison {
  /** `attribute`, the kind of map that `key` is looked up in (`tag`, `param`, `metric`), or `dataset`: a field of any of them. */
  readonly kind: 'attribute' | 'tag' | 'param' | 'metric' | 'dataset';
  readonly key: string;
  readonly operator: Operator;
  /** Of no meaning beside {@link Presence}. */
  readonly value: string | number | readonly string[];
}

/** What a list is sorted by. */
export interface Order {
  readonly kind: Comparison['kind'];
  readonly key: string;
  readonly isDescending: boolean;
}

/** SQL expressions, from code and never from outside, that comparisons and orders may speak of. */
export interface SearchColumns {
  /** By the name of the attribute. */
  readonly text: Readonly<Record<string, string>>;
  readonly number: Readonly<Record<string, string>>;
  /** Maps of text, as `jsonb`. */
  readonly maps: Readonly<Partial<Record<'tag' | 'param', string>>>;
  /** The number that a key of a metric, given as a parameter, has. */
  readonly metric?: (key: string) => string;
  /** Rows of datasets for `FROM`, and what of a row a key means. */
  readonly datasets?: { readonly from: string; readonly fields: Readonly<Record<string, string>> };
}

/** A page of a search whose order the caller chooses. */
export interface Search {
  readonly comparisons: readonly Comparison[];
  readonly orders: readonly Order[];
  readonly limit: number;
  readonly offset: number;
}

const TEXT_OPERATORS: ReadonlySet<string> = new Set(['=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN']);
const NUMBER_OPERATORS: ReadonlySet<string> = new Set(['=', '!=', '<', '<=', '>', '>=']);

/**
 * Comparisons as a PostgreSQL condition. A key that a map lacks meets none.
 * @param parameters the statement's parameters so far; those of the comparisons are appended
 * @throws {InvalidInputError} `filter`: an unknown attribute, or an operator that does not fit
 */
export function criteriaToSql(
  comparisons: readonly Comparison[],
  columns: SearchColumns,
  parameters: unknown[],
): string {
  const parameter = (value: unknown): string => `$${parameters.push(value)}`;
  const conditions = comparisons.map(({ kind, key, operator, value }) => {
    if (kind === 'dataset') return datasetToSql({ kind, key, operator, value }, columns, parameters);
    const isNumber = kind === 'metric' || (kind === 'attribute' && Object.hasOwn(columns.number, key));
    const expression = expressionOf(kind, key, columns, parameter, 'filter');
    if (isPresence(operator) && (kind === 'tag' || kind === 'param')) return `${expression} ${operator}`;
    const allowed = isNumber ? NUMBER_OPERATORS : TEXT_OPERATORS;
    if (!allowed.has(operator))
      throw new InvalidInputError(
        'filter',
        `${key} cannot be compared by ${operator}, only by ${[...allowed].join(', ')}`,
      );
    if (isNumber) {
      const number = Number(value);
      if (Array.isArray(value) || !Number.isFinite(number))
        throw new InvalidInputError('filter', `${key} is compared with a number`);
      return `${expression} ${operator === '!=' ? '<>' : operator} ${parameter(number)}::double precision`;
    }
    if (operator === 'IN' || operator === 'NOT IN') {
      const list = parameter(Array.isArray(value) ? value : [String(value)]);
      return `${operator === 'IN' ? '' : 'NOT '}(${expression} = ANY(${list}::text[]))`;
    }
    if (Array.isArray(value))
      throw new InvalidInputError('filter', `${key} is compared with one text by ${operator}`);
    // As MLflow has it, `\` is no escape.
    const text = operator.endsWith('LIKE') ? String(value).replaceAll('\\', '\\\\') : String(value);
    return `${expression} ${operator === '!=' ? '<>' : operator} ${parameter(text)}::text`;
  });
  return conditions.length === 0 ? 'TRUE' : `(${conditions.join(' AND ')})`;
}

/** Whether an operator asks for no value. */
export function isPresence(operator: Operator): operator is Presence {
  return operator === 'IS NULL' || operator === 'IS NOT NULL';
}

/** A comparison that one of the datasets must meet. */
function datasetToSql(comparison: Comparison, { datasets }: SearchColumns, parameters: unknown[]): string {
  if (datasets === undefined) throw new InvalidInputError('filter', 'there are no datasets here');
  const columns: SearchColumns = { text: datasets.fields, number: {}, maps: {} };
  const condition = criteriaToSql([{ ...comparison, kind: 'attribute' }], columns, parameters);
  return `EXISTS (SELECT FROM ${datasets.from} WHERE ${condition})`;
}

/** @throws {InvalidInputError} `order_by` */
export function ordersToSql(
  orders: readonly Order[],
  columns: SearchColumns,
  parameters: unknown[],
  last: string,
): string {
  const parameter = (value: unknown): string => `$${parameters.push(value)}`;
  const parts = orders.map(
    ({ kind, key, isDescending }) =>
      `${expressionOf(kind, key, columns, parameter, 'order_by')} ${isDescending ? 'DESC' : 'ASC'} NULLS LAST`,
  );
  return [...parts, last].join(', ');
}

function expressionOf(
  kind: Comparison['kind'],
  key: string,
  columns: SearchColumns,
  parameter: (value: unknown) => string,
  field: string,
): string {
  if (kind === 'attribute') {
    const column = Object.hasOwn(columns.number, key)
      ? columns.number[key]
      : Object.hasOwn(columns.text, key)
        ? columns.text[key]
        : undefined;
    if (column !== undefined) return column;
    const known = [...Object.keys(columns.text), ...Object.keys(columns.number)];
    throw new InvalidInputError(
      field,
      `there is no attribute "${key.slice(0, 80)}"; there are ${known.join(', ')}`,
    );
  }
  if (kind === 'dataset') throw new InvalidInputError(field, 'datasets have no order');
  if (kind === 'metric') {
    if (columns.metric !== undefined) return columns.metric(`${parameter(key)}::text`);
  } else {
    const map = columns.maps[kind];
    if (map !== undefined) return `(${map} ->> ${parameter(key)}::text)`;
  }
  throw new InvalidInputError(field, `there are no ${kind}s here`);
}
