import type { Node } from 'libpg-query';
import type { Expression } from '../model/expression.js';
import type { SelectItem } from '../model/query.js';
import { columnNameOf } from './column-names.js';
import { expressionOf } from './expressions.js';
import { type Reader, textsOf } from './reader.js';

/** The items of SELECT or RETURNING. */
export function itemsOf(reader: Reader, nodes: readonly Node[] | undefined): SelectItem[] {
  return (nodes ?? []).flatMap((node): SelectItem[] => {
    if (!('ResTarget' in node)) return [];
    const { name, val, location } = node.ResTarget;
    const star = starOf(val);
    if (star !== undefined) {
      const qualifier = star.length === 0 ? {} : { qualifier: star };
      return [{ kind: 'star', ...qualifier, at: reader.at(location) }];
    }
    const value: Expression = expressionOf(reader, val);
    return [{ kind: 'value', value, name: name ?? columnNameOf(val) }];
  });
}

/** `*`, `t.*`, `(t).*`: the qualifier. */
function starOf(node: Node | undefined): string[] | undefined {
  if (node === undefined) return undefined;
  if ('ColumnRef' in node) {
    const { fields } = node.ColumnRef;
    return fields?.some((field) => 'A_Star' in field) === true ? textsOf(fields) : undefined;
  }
  if (!('A_Indirection' in node)) return undefined;
  const { arg, indirection } = node.A_Indirection;
  const last = indirection?.at(-1);
  if (last === undefined || !('A_Star' in last)) return undefined;
  const path = arg !== undefined && 'ColumnRef' in arg ? textsOf(arg.ColumnRef.fields) : ['(row)'];
  return [...path, ...textsOf(indirection)];
}
