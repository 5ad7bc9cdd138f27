import type { AccessRule, MaskRule, RoleLink, TagTest } from '../bundle/bundle.js';
import { maskName, NO_MASK } from '../mask/mask.js';
import { ANY } from '../vocabulary.js';

/** The columns of a rule by their names, as policy files write them. */
export type RuleColumns = Readonly<Record<string, string>>;

/** An access or mask rule as its columns. */
export function ruleColumns(rule: AccessRule | MaskRule): RuleColumns {
  const { subject: sub, namespace: ns, action: act } = rule;
  const when = rule.when.source;
  if ('object' in rule)
    return { sub, ns, obj: rule.object.source, act, tags: tagTestText(rule.tags), when, eft: rule.effect };
  const { tag, mask } = rule;
  return { sub, ns, tag, act, mask: mask ? maskName(mask) : NO_MASK, when, eft: mask ? 'allow' : 'deny' };
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
