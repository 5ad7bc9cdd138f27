import { type Entry, findColumn, type Rows } from './relation.js';
import { Sources } from './sources.js';

/** A relation under the names that columns can be qualified with. */
export interface Binding {
  /** The whole name of a table without alias, or the alias alone. Its ends match: `t`, `s.t`. */
  readonly name: readonly string[];
  readonly entries: readonly Entry[];
}

/** What columns of an expression can refer to. */
export interface Scope {
  readonly bindings: readonly Binding[];
  /** What `*` gives and what names without a qualifier are looked up in. */
  readonly entries: readonly Entry[];
  /** Parameters of a lambda: they hide columns and follow from what the lambda is applied to. */
  readonly parameters?: ReadonlySet<string>;
  readonly outer?: Scope;
}

export const EMPTY_SCOPE: Scope = { bindings: [], entries: [] };

/** What a reference stands for. */
export type Resolved =
  | { readonly kind: 'sources'; readonly sources: Sources }
  | { readonly kind: 'ambiguous' | 'missing' }
  /** The row of a relation as one value, whose columns are not all known. */
  | { readonly kind: 'open-row'; readonly binding: Binding };

/** How a dialect reads names. */
export interface NameRules {
  /** `a.b` may be a field of column `a`. */
  readonly hasFields: boolean;
  /** `t` may be a whole row of relation `t`. */
  readonly hasWholeRows: boolean;
}

/**
 * Looks a reference up, from the innermost scope outwards. Where names can be columns or fields of rows, a relation or a known column of
 * that name anywhere around is meant rather than a field of a column that nobody has heard of.
 * @param parts `['a']`, `['t', 'a']`, …
 */
export function resolve(scope: Scope, parts: readonly string[], rules: NameRules): Resolved {
  const isPlain = parts.length === 1;
  const known = resolveAround(scope, (at) => resolveWithin(at, parts, rules, isPlain));
  if (known.kind !== 'missing' || isPlain || !rules.hasFields) return known;
  return resolveAround(scope, (at) => resolvePlain(at, parts[0]!, rules));
}

function resolveAround(scope: Scope, within: (at: Scope) => Resolved): Resolved {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const resolved = within(at);
    if (resolved.kind !== 'missing') return resolved;
  }
  return { kind: 'missing' };
}

function resolveWithin(scope: Scope, parts: readonly string[], rules: NameRules, isPlain: boolean): Resolved {
  if (scope.parameters?.has(parts[0]!)) return { kind: 'sources', sources: Sources.NONE };
  if (isPlain) return resolvePlain(scope, parts[0]!, rules);
  const qualified = resolveQualified(scope, parts, rules);
  if (qualified.kind !== 'missing' || !rules.hasFields) return qualified;
  const row = findColumn(scope.entries, parts[0]!);
  return row.kind === 'found' && row.isCertain
    ? { kind: 'sources', sources: row.column.sources }
    : { kind: 'missing' };
}

/** The longest qualifier that names a relation; what follows the column are its fields. */
function resolveQualified({ bindings }: Scope, parts: readonly string[], rules: NameRules): Resolved {
  for (let length = parts.length - 1; length > 0; length--) {
    if (!rules.hasFields && length < parts.length - 1) break;
    const binding = bindingOf(bindings, parts.slice(0, length));
    if (binding === undefined) continue;
    const found = findColumn(binding.entries, parts[length]!);
    if (found.kind === 'found') return { kind: 'sources', sources: found.column.sources };
    if (found.kind === 'ambiguous') return { kind: 'ambiguous' };
  }
  return { kind: 'missing' };
}

function resolvePlain(scope: Scope, name: string, rules: NameRules): Resolved {
  const found = findColumn(scope.entries, name);
  if (found.kind === 'ambiguous') return { kind: 'ambiguous' };
  if (found.kind === 'found') {
    // Of a table with unknown columns, or a known column outside, or the relation's row: it may be either.
    const isDoubtful =
      isKnownOutside(scope.outer, name) ||
      (rules.hasWholeRows && bindingOf(scope.bindings, [name]) !== undefined);
    if (!found.isCertain && isDoubtful) return { kind: 'ambiguous' };
    return { kind: 'sources', sources: found.column.sources };
  }
  const row = rules.hasWholeRows ? bindingOf(scope.bindings, [name]) : undefined;
  if (row === undefined) return { kind: 'missing' };
  if (row.entries.some(({ kind }) => kind === 'open')) return { kind: 'open-row', binding: row };
  return { kind: 'sources', sources: sourcesOfRow(row) };
}

function isKnownOutside(scope: Scope | undefined, name: string): boolean {
  for (let at = scope; at !== undefined; at = at.outer) {
    const found = findColumn(at.entries, name);
    if (at.parameters?.has(name) || (found.kind === 'found' && found.isCertain)) return true;
  }
  return false;
}

/** All columns of a relation as one. */
export function sourcesOfRow({ entries }: Pick<Rows, 'entries'>): Sources {
  return Sources.union(
    entries.map((entry) => (entry.kind === 'column' ? entry.sources : Sources.NONE)),
  ).through('TRANSFORMATION', false);
}

/** The relation that a qualifier names, in this scope or one around it. */
export function rowOf(scope: Scope, qualifier: readonly string[]): Binding | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const binding = bindingOf(at.bindings, qualifier);
    if (binding !== undefined) return binding;
  }
  return undefined;
}

/** The relation that a qualifier names: the one whose name ends with it. */
export function bindingOf(bindings: readonly Binding[], qualifier: readonly string[]): Binding | undefined {
  return bindings.find(
    ({ name }) =>
      name.length >= qualifier.length &&
      qualifier.every((part, i) => name[name.length - qualifier.length + i] === part),
  );
}
