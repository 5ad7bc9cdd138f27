import type { AccessRule, Bundle, FilterRule, MaskRule } from '../../bundle/bundle.js';
import { isMaskRule } from '../../bundle/rules.js';
import { ANY, ROOT_NAMESPACE } from '../../vocabulary.js';
import { areApart, objectsMeet } from './covers.js';
import type { Report } from './report.js';

type Obliging = MaskRule | FilterRule;

/** Masks and filters that no access could come by, or that can only ever deny; exemptions from nothing. */
export function findIdle(bundle: Bundle, report: Report): void {
  const { rules, maskRules, filterRules } = bundle;
  // Many rules allow in the same way, as far as masks and filters go.
  const ways = new Map<string, AccessRule>();
  for (const rule of rules) {
    const { namespace, action, object, tags, effect } = rule;
    if (effect === 'allow') ways.set(JSON.stringify([namespace, action, object.source, tags]), rule);
  }
  const allows = [...ways.values()];
  const masks = maskRules.filter(({ mask }) => mask !== undefined);
  const filters = filterRules.filter(({ filter }) => filter !== undefined);
  const check = (rule: Obliging, name: 'mask' | 'filter', others: readonly Obliging[]): void => {
    const isExempting = !others.includes(rule);
    const what = `${name}s`;
    if (!allows.some((allow) => meet(allow, rule, bundle))) {
      const could = rule.action === ANY ? 'reach' : rule.action;
      report.warn(`idle-${name}`, rule, `${what} what nobody could ${could}: no rule allows it; remove it`);
    } else if (isExempting && !others.some((other) => meet(other, rule, bundle))) {
      const about = isMaskRule(rule) ? rule.tag : rule.object.source;
      const message = `is an exemption, and no rule ${what} ${about} where it holds; remove it`;
      report.warn(`idle-${name}`, rule, message);
    } else if (!isExempting && rule.action !== 'read') {
      const asked = rule.action === ANY ? 'for every action' : `for ${rule.action}`;
      const message = `is ${asked}, and only read carries ${what} out: all else is denied by it; write read, or deny by a p line`;
      report.warn('only-denies', rule, message);
    }
  };
  for (const rule of maskRules) check(rule, 'mask', masks);
  for (const rule of filterRules) check(rule, 'filter', filters);
}

/** Whether a request could match both; true also when it cannot be told. */
function meet(left: AccessRule | Obliging, right: Obliging, { namespaces, tags }: Bundle): boolean {
  if (left.action !== right.action && left.action !== ANY && right.action !== ANY) return false;
  if (!isMaskRule(left) && !isMaskRule(right) && !objectsMeet(left.object, right.object)) return false;
  const isOnePath =
    [left.namespace, right.namespace].includes(ROOT_NAMESPACE) ||
    namespaces.pathFrom(left.namespace).includes(right.namespace) ||
    namespaces.pathFrom(right.namespace).includes(left.namespace);
  if (!isOnePath) return false;
  if (!isMaskRule(right)) return isMaskRule(left) || !areApart(left.tags, right.tags, tags);
  if (!isMaskRule(left)) return !areApart(left.tags, { quantifier: 'any', tags: [right.tag] }, tags);
  return tags.pathFrom(left.tag).includes(right.tag) || tags.pathFrom(right.tag).includes(left.tag);
}
