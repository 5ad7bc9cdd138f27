import type { LiteralValue } from '../../condition/condition.js';
import type { Operand, RowFilter } from '../../filter/filter.js';
import { filterText } from '../../filter/filter-text.js';
import { admitsNothing, type Comparison } from './constraint.js';

type Node = RowFilter['root'];
type Compare = Extract<Node, { readonly kind: 'compare' }>;
type Literal = Extract<Operand, { readonly value: LiteralValue }>;

/** A column by which no row at all can pass, as far as literals tell: `region` of `region == eu && region == us`. */
export function impassableColumn(node: Node): string | undefined {
  if (node.kind === 'or') {
    const columns = node.parts.map(impassableColumn);
    return columns.includes(undefined) ? undefined : columns[0];
  }
  const parts = conjunctsOf(node);
  const within = parts.flatMap((part) => (part.kind === 'or' ? (impassableColumn(part) ?? []) : []));
  return within[0] ?? columnsOf(parts).find((column) => isImpassable(column, parts));
}

/** Whether every row that passes `strict` passes `mild`; false also when it cannot be told from how they are written. */
export function passesOnly(strict: Node, mild: Node): boolean {
  if (mild.kind === 'and') return mild.parts.every((part) => passesOnly(strict, part));
  if (strict.kind === 'or') return strict.parts.every((part) => passesOnly(part, mild));
  if (mild.kind === 'or' && mild.parts.some((part) => passesOnly(strict, part))) return true;
  if (strict.kind === 'and') return strict.parts.some((part) => passesOnly(part, mild));
  // What is compared is there.
  if (mild.kind === 'null' && !mild.isNull && strict.kind === 'compare') return isOf(mild.column, strict);
  return filterText(strict) === filterText(mild);
}

function conjunctsOf(node: Node): readonly Node[] {
  return node.kind === 'and' ? node.parts.flatMap(conjunctsOf) : [node];
}

function columnsOf(parts: readonly Node[]): readonly string[] {
  return [...new Set(parts.flatMap((part) => ('column' in part ? part.column : [])))];
}

/** Names of columns that differ in case only are one. */
function isOf(column: string, part: Node): boolean {
  return 'column' in part && part.column.toLowerCase() === column.toLowerCase();
}

function isImpassable(column: string, parts: readonly Node[]): boolean {
  const about = parts.filter((part) => isOf(column, part));
  const isMissing = about.some((part) => part.kind === 'null' && part.isNull);
  if (isMissing && about.some((part) => part.kind === 'compare' || (part.kind === 'null' && !part.isNull)))
    return true;
  const compared = about.filter((part) => part.kind === 'compare').filter(isLiteral);
  return [...new Set(compared.map(({ type }) => type))].some((type) => {
    const ofType = compared.filter((part) => part.type === type).map(comparisonOf);
    return admitsNothing(ofType, type === 'boolean');
  });
}

function isLiteral({ operands }: Compare): boolean {
  return operands.every((operand) => 'value' in operand);
}

function comparisonOf({ operator, operands }: Compare): Comparison {
  return { operator, values: (operands as readonly Literal[]).map(({ value }) => value) };
}
