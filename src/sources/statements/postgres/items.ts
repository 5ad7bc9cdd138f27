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
    const row = rowOf(val);
    if (row !== undefined) return [{ kind: 'star', row: expressionOf(reader, row), at: reader.at(location) }];
    const star = starOf(val);
    if (star !== undefined) {
      const qualifier = star.length === 0 ? {} : { qualifier: star };
      return [{ kind: 'star', ...qualifier, at: reader.at(location) }];
    }
    const value: Expression = expressionOf(reader, val);
    return [{ kind: 'value', value, name: name ?? columnNameOf(val) }];
  });
}

/** What gives the row of `(f(a)).*`; undefined for one that has a name. */
function rowOf(node: Node | undefined): Node | undefined {
  if (node === undefined || !('A_Indirection' in node)) return undefined;
  const { arg, indirection } = node.A_Indirection;
  const last = indirection?.at(-1);
  const isPlain = arg !== undefined && 'ColumnRef' in arg && indirection?.length === 1;
  return last !== undefined && 'A_Star' in last && !isPlain ? node : undefined;
}

/** `*`, `t.*`, `(t).*`: the qualifier. */
function starOf(node: Node | undefined): string[] | undefined {
  if (node === undefined) return undefined;
  if ('ColumnRef' in node) {
    const { fields } = node.ColumnRef;
    return fields?.some((field) => 'A_Star' in field) === true ? textsOf(fields) : undefined;
  }
  if (!('A_Indirection' in node)) return undefined;
  const { arg, indirection: [only] = [] } = node.A_Indirection;
  const isRow = only !== undefined && 'A_Star' in only && arg !== undefined && 'ColumnRef' in arg;
  return isRow ? textsOf(arg.ColumnRef.fields) : undefined;
}
