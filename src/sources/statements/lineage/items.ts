import type { SelectItem } from '../model/query.js';
import type { Context, Names } from './context.js';
import { sourcesOf } from './expressions.js';
import { anyColumns, column, type Entry } from './relation.js';
import { renameColumns } from './relations.js';
import { resolve, rowOf, type Scope } from './scope.js';
import { Sources } from './sources.js';

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
    } else entries.push(...expandStar(context, item, scope, names));
    context.spend(1);
  }
  context.spend(entries.length);
  return entries;
}

function expandStar(
  context: Context,
  { qualifier, row: given, columns, at }: SelectItem & { kind: 'star' },
  scope: Scope,
  names: Names,
): readonly Entry[] {
  if (given !== undefined) {
    context.tell('unknown-columns', '(row).*', at);
    return [anyColumns('', sourcesOf(context, given, scope, names).through('TRANSFORMATION', false))];
  }
  if (qualifier === undefined) return scope.entries;
  const binding = rowOf(scope, qualifier);
  if (binding !== undefined) return renameColumns(context, binding.entries, columns, at);
  // A column that is a row. Which fields it has, only its type could tell.
  const row = resolve(scope, qualifier, context.script.naming);
  const sources = row.kind === 'sources' ? row.sources.through('TRANSFORMATION', false) : Sources.NONE;
  if (columns !== undefined && row.kind === 'sources') return columns.map((name) => column(name, sources));
  context.tell('unknown-columns', `${qualifier.join('.')}.*`, at);
  return [anyColumns('', sources)];
}
