import type { FilterRule } from '../bundle/bundle.js';
import type { PolicyContext } from '../condition/attributes.js';
import { evaluateCondition } from '../condition/evaluate-condition.js';
import { bindFilter } from '../filter/bind-filter.js';
import type { DecisionRequest, FilterObligation, MatchedRule } from './decision.js';
import type { HeldRoles } from './role-graph.js';
import { RuleIndex } from './rule-index.js';
import { type ClosedTags, meetsTagTest } from './tag-test.js';

/** Who asks where for what, as far as filters depend on it. */
interface FilterRequest extends Pick<DecisionRequest, 'subject' | 'action' | 'kind' | 'name'> {
  readonly namespaces: ReadonlySet<string>;
  readonly held: HeldRoles;
  readonly closed: ClosedTags;
  readonly context: PolicyContext;
}

/** What the filter rules say about an object. */
export interface FilterVerdict {
  /** Empty when no filter matched, or when an exemption did. */
  readonly filters: readonly FilterObligation[];
  readonly matched: readonly MatchedRule[];
}

/** The `p3` lines. */
export class FilterRules {
  private readonly rules: RuleIndex<FilterRule>;

  constructor(rules: readonly FilterRule[]) {
    this.rules = new RuleIndex(rules);
  }

  /**
   * Which rows may be seen: those that every filter lets through. A filter applies unless its condition is false, an exemption
   * only if its condition is true; one exemption lifts every filter.
   */
  verdict(request: FilterRequest): FilterVerdict {
    const { namespaces, action, held, kind, name, closed, context } = request;
    const filters: FilterObligation[] = [];
    const matched: MatchedRule[] = [];
    let isExempt = false;
    for (const rule of this.rules.candidates(namespaces, action, held, kind, name)) {
      const rolePath = held.get(rule.subject);
      const tagPaths = meetsTagTest(rule.tags, closed);
      const condition = evaluateCondition(rule.when, context);
      const effect = rule.filter === undefined ? 'exempt' : 'filter';
      if (rolePath === undefined || tagPaths === undefined || condition === 'false') continue;
      if (condition === 'unknown' && effect === 'exempt') continue;
      matched.push({ id: rule.id, effect, rolePath, tagPaths, condition });
      if (rule.filter === undefined) isExempt = true;
      else
        filters.push({
          ...{ rule: rule.id, source: rule.filter.source },
          filter: bindFilter(rule.filter.root, request),
        });
    }
    return { filters: isExempt ? [] : filters, matched };
  }
}
