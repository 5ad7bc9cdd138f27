import type { ColumnReference, Expression, IndirectSubtype } from '../model/expression.js';
import type { Context, Names } from './context.js';
import { EMPTY_SCOPE, resolve, rowOf, type Scope, sourcesOfRow } from './scope.js';
import { Sources } from './sources.js';

/** What the value of an expression follows from. */
export function sourcesOf(
  context: Context,
  expression: Expression,
  scope: Scope | undefined,
  names: Names,
): Sources {
  context.spend(1);
  switch (expression.kind) {
    case 'constant':
      return Sources.NONE;
    case 'column':
      return sourcesOfColumn(context, expression, scope ?? EMPTY_SCOPE);
    case 'row': {
      const row = rowOf(scope ?? EMPTY_SCOPE, expression.qualifier);
      if (row === undefined)
        context.tell('unknown-columns', `${expression.qualifier.join('.')}.*`, expression.at);
      else context.tellOpen(row.entries, expression.at);
      return row === undefined ? Sources.NONE : sourcesOfRow(row);
    }
    case 'computation': {
      const { inputs, influences, as, isMasking } = expression;
      const direct = inputs.map((input) => sourcesOf(context, input, scope, names).through(as, isMasking));
      const indirect = influences.map(({ by, subtype }) =>
        sourcesOf(context, by, scope, names).asInfluence(subtype),
      );
      const all = Sources.union([...direct, ...indirect]);
      context.spend(all.size);
      return all;
    }
    case 'subquery': {
      const { entries, influence } = context.query(expression.query, scope, names);
      if (expression.asks === 'exists') return influence;
      context.tellOpen(entries, -1);
      const values = entries.map((entry) => (entry.kind === 'column' ? entry.sources : Sources.NONE));
      return Sources.union([...values, influence]);
    }
    case 'lambda': {
      const parameters = new Set(expression.parameters);
      const inner: Scope = { ...EMPTY_SCOPE, parameters, ...(scope === undefined ? {} : { outer: scope }) };
      return sourcesOf(context, expression.body, inner, names);
    }
  }
}

/** What an expression follows from, as an influence. */
export function influenceOf(
  context: Context,
  expression: Expression | undefined,
  subtype: IndirectSubtype,
  scope: Scope | undefined,
  names: Names,
): Sources {
  if (expression === undefined) return Sources.NONE;
  return sourcesOf(context, expression, scope, names).asInfluence(subtype);
}

function sourcesOfColumn(context: Context, { parts, at }: ColumnReference, scope: Scope): Sources {
  const resolved = resolve(scope, parts, context.script.naming);
  const name = parts.join('.');
  switch (resolved.kind) {
    case 'sources':
      return resolved.sources;
    case 'ambiguous':
      context.tell('ambiguous-column', name, at);
      return Sources.NONE;
    case 'missing':
      context.tell('unknown-column', name, at);
      return Sources.NONE;
    case 'open-row':
      context.tellOpen(resolved.binding.entries, at);
      return Sources.NONE;
  }
}
