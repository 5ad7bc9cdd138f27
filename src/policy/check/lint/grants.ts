import type { AccessRule, Bundle } from '../../bundle/bundle.js';
import { rulesOf } from '../../bundle/rules.js';
import { ANY, ROOT_NAMESPACE } from '../../vocabulary.js';
import { endOf } from './constraint.js';
import type { Report } from './report.js';

/** How long before its end a grant is told of. */
const SOON_MS = 14 * 24 * 3_600_000;

/** Grants that have ended or end soon, that have no end though they are one person's, or that are everybody's. */
export function checkGrants(bundle: Bundle, report: Report, nowMs: number): void {
  const { rules, roleLinks } = bundle;
  for (const rule of rulesOf(bundle)) {
    const end = endOf(rule.when);
    if (end <= nowMs) report.warn('expired', rule, `ended on ${dayOf(end)}; remove it, or set a later end`);
    else if (end - nowMs <= SOON_MS) report.warn('expires-soon', rule, `ends on ${dayOf(end)}`);
  }
  for (const link of roleLinks) {
    const { member, role, notAfter: end } = link;
    if (end <= nowMs)
      report.warn(
        'expired',
        link,
        `${member} as ${role} ended on ${dayOf(end)}; remove the line, or set a later end`,
      );
    else if (end - nowMs <= SOON_MS)
      report.warn('expires-soon', link, `${member} as ${role} ends on ${dayOf(end)}`);
  }
  for (const rule of rules) {
    if (rule.effect !== 'allow') continue;
    if (rule.subject === ANY) checkForEverybody(rule, report);
    if (rule.subject.startsWith('user:') && endOf(rule.when) === Infinity)
      report.warn(
        'no-end',
        rule,
        `allows ${rule.subject} for ever; give it an end (now < …), or grant a role`,
      );
  }
}

const CHANGING = new Set<string>(['write', 'merge', 'manage', 'administer', ANY]);

function checkForEverybody(rule: AccessRule, report: Report): void {
  const { action, object, namespace, tags, when } = rule;
  if (!CHANGING.has(action)) return;
  const isUnbounded = tags.quantifier === 'always' && when.clauses.length === 0;
  const isEverything =
    action === ANY && namespace === ROOT_NAMESPACE && object.kind === undefined && isUnbounded;
  const what = action === ANY ? 'do everything' : action;
  const message = `allows everybody (*) to ${what} on ${object.source} in ${namespace}; name a role`;
  if (action === 'administer' || object.kind === 'system' || isEverything)
    report.error('everybody', rule, message);
  else report.warn('everybody', rule, message);
}

function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
