import type { AccessRule, Bundle, MaskRule } from '../../bundle/bundle.js';
import { ANY, type Kind, ROOT_NAMESPACE } from '../../vocabulary.js';
import { contradiction } from './constraint.js';
import type { Report } from './report.js';

/** Rules that no request can match, and masks that no access could come by. */
export function findEffectless(bundle: Bundle, report: Report): void {
  for (const rule of [...bundle.rules, ...bundle.maskRules]) {
    const attribute = contradiction(rule.when);
    if (attribute !== undefined)
      tell(
        rule,
        report,
        'never',
        `no value of ${attribute} meets its condition "${rule.when.source}"; correct it`,
      );
  }
  for (const rule of bundle.rules) {
    const reason = unaskable(rule);
    if (reason !== undefined) tell(rule, report, 'never', reason);
  }
  findIdleMasks(bundle, report);
}

/** What takes something away and never does is an error: its author believes that something is closed. */
function tell(rule: AccessRule | MaskRule, report: Report, check: string, reason: string): void {
  const takesAway = 'object' in rule ? rule.effect === 'deny' : rule.mask !== undefined;
  if (takesAway) report.error(check, rule, `can never take effect: ${reason}`);
  else report.warn(check, rule, `can never take effect: ${reason}`);
}

/** The kinds that an action is asked of, where it is not all assets. */
const ASKED_OF: Readonly<Record<string, readonly Kind[]>> = { administer: ['system'], infer: ['endpoint'] };

function unaskable({ object: { kind }, action, namespace }: AccessRule): string | undefined {
  if (kind === undefined) return undefined;
  const kinds = ASKED_OF[action];
  if (kinds !== undefined && !kinds.includes(kind))
    return `${action} is only ever asked of ${kinds.join(', ')}, and not of ${kind}`;
  if (kind === 'system' && namespace !== ROOT_NAMESPACE)
    return `parts of the service stand in the namespace *, and not in ${namespace}`;
  return undefined;
}

function findIdleMasks(bundle: Bundle, report: Report): void {
  const { rules, maskRules, tags, namespaces } = bundle;
  // Many rules allow in the same way, as far as masks go.
  const ways = new Map<string, AccessRule>();
  for (const rule of rules) {
    if (rule.effect === 'allow')
      ways.set(
        JSON.stringify([rule.namespace, rule.action, rule.tags.quantifier === 'none' && rule.tags.tags]),
        rule,
      );
  }
  const isOnePath = (left: string, right: string): boolean =>
    [left, right].includes(ROOT_NAMESPACE) ||
    namespaces.pathFrom(left).includes(right) ||
    namespaces.pathFrom(right).includes(left);
  const comesBy = (allow: AccessRule, { tag, action, namespace }: MaskRule): boolean =>
    (allow.action === ANY || action === ANY || allow.action === action) &&
    isOnePath(allow.namespace, namespace) &&
    !(allow.tags.quantifier === 'none' && tags.pathFrom(tag).some((each) => allow.tags.tags.includes(each)));
  const isOneBranch = (left: string, right: string): boolean =>
    tags.pathFrom(left).includes(right) || tags.pathFrom(right).includes(left);

  for (const rule of maskRules) {
    if (![...ways.values()].some((allow) => comesBy(allow, rule))) {
      report.warn(
        'idle-mask',
        rule,
        `masks what nobody could ${rule.action === ANY ? 'reach' : rule.action}: no rule allows it; remove it`,
      );
    } else if (
      rule.mask === undefined &&
      !maskRules.some((mask) => mask.mask && isOneBranch(mask.tag, rule.tag))
    ) {
      report.warn('idle-mask', rule, `is an exemption, and no rule masks ${rule.tag}; remove it`);
    }
  }
}
