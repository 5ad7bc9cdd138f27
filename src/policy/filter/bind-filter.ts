import type { PolicyContext } from '../condition/attributes.js';
import { knownAttribute } from '../condition/evaluate-condition.js';
import type { LiteralValue } from '../condition/condition.js';
import type { BoundFilter, Operand, RowFilter } from './filter.js';

/** Replaces attributes by their values; one that is not known is left out, and what is compared with it holds for no row. */
export function bindFilter(
  root: RowFilter['root'],
  { subject, context }: { readonly subject: string; readonly context: PolicyContext },
): BoundFilter {
  const valueOf = (operand: Operand): readonly LiteralValue[] => {
    if ('value' in operand) return [operand.value];
    if (operand.attribute === 'subject') return [subject];
    const known = knownAttribute(operand.attribute, context);
    return known === undefined ? [] : [known];
  };
  const bind = (node: RowFilter['root']): BoundFilter => {
    switch (node.kind) {
      case 'null':
        return node;
      case 'compare':
        return { ...node, operands: node.operands.flatMap(valueOf) };
      default:
        return { ...node, parts: node.parts.map(bind) };
    }
  };
  return bind(root);
}
