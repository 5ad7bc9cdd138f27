import type { AccessRule, Bundle } from '../../bundle/bundle.js';
import { type PolicyRule, rulesOf, takesAway } from '../../bundle/rules.js';
import { type Kind, ROOT_NAMESPACE } from '../../vocabulary.js';
import { contradiction } from './constraint.js';
import type { Report } from './report.js';

/** Rules that no request can match. */
export function findEffectless(bundle: Bundle, report: Report): void {
  for (const rule of rulesOf(bundle)) {
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
}

/** What takes something away and never does is an error: its author believes that something is closed. */
function tell(rule: PolicyRule, report: Report, check: string, reason: string): void {
  if (takesAway(rule)) report.error(check, rule, `can never take effect: ${reason}`);
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
