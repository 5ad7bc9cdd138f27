import type { SelectItem } from '../model/query.js';
import type { Context, Names } from './context.js';
import { sourcesOf } from './expressions.js';
import { column, type Entry } from './relation.js';
import { renameColumns } from './relations.js';
import { resolve, rowOf, type Scope } from './scope.js';

/** The columns of SELECT or RETURNING. */
export function resolveItems(
  context: Context,
  items: readonly SelectItem[],
  scope: Scope,
  names: Names,
): Entry[] {
  const entries: Entry[] = [];
  for (const item of items) {
    if (item.kind === 'value') {
      const sources = sourcesOf(context, item.value, scope, names);
      entries.push(column(item.name ?? `_col${entries.length}`, sources));
    } else entries.push(...expandStar(context, item, scope));
    context.spend(1);
  }
  context.spend(entries.length);
  return entries;
}

function expandStar(
  context: Context,
  { qualifier, columns, at }: SelectItem & { kind: 'star' },
  scope: Scope,
): readonly Entry[] {
  if (qualifier === undefined) return scope.entries;
  const binding = rowOf(scope, qualifier);
  if (binding !== undefined) return renameColumns(context, binding.entries, columns, at);
  // A column that is a row. Which fields it has, only its type could tell.
  const row = resolve(scope, qualifier, context.script.naming);
  if (columns !== undefined && row.kind === 'sources') {
    const sources = row.sources.through('TRANSFORMATION', false);
    return columns.map((name) => column(name, sources));
  }
  context.tell('unknown-columns', `${qualifier.join('.')}.*`, at);
  return [];
}
