import type { LiteralValue } from '../condition/condition.js';
import type { ColumnType, Operand, RowFilter } from './filter.js';

type Node = RowFilter['root'];

const PLAIN = /^[A-Za-z_][\w./:-]*$/;

/** A filter, or a part of one, as policy files write it: one text for all that differ in spaces, quotes and needless brackets alone. */
export function filterText(node: Node): string {
  switch (node.kind) {
    case 'and':
      return node.parts
        .map((part) => (part.kind === 'or' ? `(${filterText(part)})` : filterText(part)))
        .join(' && ');
    case 'or':
      return node.parts.map(filterText).join(' || ');
    case 'null':
      return `${columnText(node.column)} is ${node.isNull ? 'null' : 'not null'}`;
    case 'compare': {
      const operands = node.operands.map((operand) => operandText(operand, node.type));
      const right = node.operator === 'in' ? `[${operands.join(' ')}]` : operands.join('');
      return `${columnText(node.column)} ${node.operator} ${right}`;
    }
  }
}

function columnText(column: string): string {
  return PLAIN.test(column) ? column : `\`${column}\``;
}

function operandText(operand: Operand, type: ColumnType): string {
  return 'attribute' in operand ? `$${operand.attribute}` : literalText(operand.value, type);
}

function literalText(value: LiteralValue, type: ColumnType): string {
  if (type === 'time')
    return new Date(Number(value)).toISOString().replace(/T00:00:00\.000Z$|\.000(?=Z$)/, '');
  const text = String(value);
  return type !== 'text' || (PLAIN.test(text) && text !== 'true' && text !== 'false') ? text : `"${text}"`;
}
