import { isFilterRule, type PolicyRule } from '../bundle/rules.js';
import type { Condition } from '../condition/condition.js';
import type { RowFilter } from '../filter/filter.js';
import { filterText } from '../filter/filter-text.js';
import type { MutantKind } from './survivors.js';

/** A rule with a part taken out. */
interface Loosened {
  readonly kind: MutantKind;
  /** `R-004 without "mfa == …"`. */
  readonly what: string;
  /** Under an id that no rule can have. */
  readonly rule: PolicyRule;
}

/** A rule without each clause of its condition in turn, and, of a filter that has several parts that rows must pass, without each of those. */
export function loosenedBy(rule: PolicyRule): readonly Loosened[] {
  const conditions = rule.when.clauses.map(({ attribute, operator }, index) => ({
    ...{ kind: 'condition' as const, what: `${rule.id} without "${attribute} ${operator} …"` },
    rule: { ...rule, id: `${rule.id}#${index}`, when: withoutClauseAt(rule.when, index) },
  }));
  if (!isFilterRule(rule) || rule.filter === undefined) return conditions;
  const filters = widened(rule.filter.root).map(({ part, filter }, index) => ({
    ...{ kind: 'filter' as const, what: `${rule.id} without "${part}"` },
    rule: { ...rule, id: `${rule.id}#filter-${index}`, filter },
  }));
  return [...conditions, ...filters];
}

function withoutClauseAt({ source, clauses }: Condition, at: number): Condition {
  return { source, clauses: clauses.filter((_, index) => index !== at) };
}

function widened(root: RowFilter['root']): { readonly part: string; readonly filter: RowFilter }[] {
  if (root.kind !== 'and') return [];
  return root.parts.map((part, index) => {
    const parts = root.parts.filter((_, other) => other !== index);
    const rest = parts.length === 1 ? parts[0]! : { kind: 'and' as const, parts };
    return { part: filterText(part), filter: { source: filterText(rest), root: rest } };
  });
}
