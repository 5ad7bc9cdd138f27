import type { RoleLink, TagTest } from '../bundle/bundle.js';
import { isAccessRule, isMaskRule, type PolicyRule } from '../bundle/rules.js';
import { NO_FILTER } from '../filter/filter.js';
import { maskName, NO_MASK } from '../mask/mask.js';
import { ANY } from '../vocabulary.js';

/** The columns of a rule by their names, as policy files write them. */
export type RuleColumns = Readonly<Record<string, string>>;

/** A rule as its columns. */
export function ruleColumns(rule: PolicyRule): RuleColumns {
  const { subject: sub, namespace: ns, action: act } = rule;
  const when = rule.when.source;
  if (isMaskRule(rule)) {
    const { tag, mask } = rule;
    return { sub, ns, tag, act, mask: mask ? maskName(mask) : NO_MASK, when, eft: mask ? 'allow' : 'deny' };
  }
  const about = { sub, ns, obj: rule.object.source, act, tags: tagTestText(rule.tags) };
  if (isAccessRule(rule)) return { ...about, when, eft: rule.effect };
  const { filter } = rule;
  return { ...about, filter: filter?.source ?? NO_FILTER, when, eft: filter ? 'allow' : 'deny' };
}

/** A role link as a line of a policy file. */
export function roleLinkText({ member, role, namespace, notBefore, notAfter }: RoleLink): string {
  return ['g', member, role, namespace, instantText(notBefore), instantText(notAfter)].join(', ');
}

/** The `tags` column. */
export function tagTestText({ quantifier, tags }: TagTest): string {
  return quantifier === 'always' ? ANY : `${quantifier}(${tags.join(', ')})`;
}

/** An end of a role link as policy files write it. */
export function instantText(atMs: number): string {
  return Number.isFinite(atMs) ? new Date(atMs).toISOString().replace('.000Z', 'Z') : '-';
}
