import type { AccessRule, Bundle, FilterRule, MaskRule } from './bundle.js';

/** A `p`, `p2` or `p3` line. */
export type PolicyRule = AccessRule | MaskRule | FilterRule;

/** What a rule does where it matches. */
export type RuleEffect = 'allow' | 'deny' | 'mask' | 'filter' | 'exempt';

/** Access rules, then masks, then filters, each in the order of the files. */
export function rulesOf({
  rules,
  maskRules,
  filterRules,
}: Pick<Bundle, 'rules' | 'maskRules' | 'filterRules'>): readonly PolicyRule[] {
  return [...rules, ...maskRules, ...filterRules];
}

export function isAccessRule(rule: PolicyRule): rule is AccessRule {
  return 'effect' in rule;
}

export function isMaskRule(rule: PolicyRule): rule is MaskRule {
  return 'mask' in rule;
}

export function isFilterRule(rule: PolicyRule): rule is FilterRule {
  return 'filter' in rule;
}

export function effectOf(rule: PolicyRule): RuleEffect {
  if (isAccessRule(rule)) return rule.effect;
  if (isMaskRule(rule)) return rule.mask === undefined ? 'exempt' : 'mask';
  return rule.filter === undefined ? 'exempt' : 'filter';
}

/** Whether less is let through where the rule matches: it denies, masks or filters. */
export function takesAway(rule: PolicyRule): boolean {
  return ['deny', 'mask', 'filter'].includes(effectOf(rule));
}

/** The classifications that a rule speaks of. */
export function tagsOf(rule: PolicyRule): readonly string[] {
  return isMaskRule(rule) ? [rule.tag] : rule.tags.tags;
}
