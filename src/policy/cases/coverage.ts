import type { Position } from '../bundle/problems.js';
import { rulesOf } from '../bundle/rules.js';
import type { CompiledPolicy } from '../decision/compiled-policy.js';
import type { Decision } from '../decision/decision.js';
import type { Question } from './question.js';
import { roleLinkText } from './line-text.js';
import { TraversedLinks } from './traversed.js';

/** A line of a bundle, as its author knows it. */
export interface NamedLine extends Position {
  /** The id of a rule, or a link as written. */
  readonly what: string;
}

/** How many lines there are of a kind, and which of them decided nothing in any question. */
interface Covered {
  readonly total: number;
  readonly uncovered: readonly NamedLine[];
}

/** What the tests of a bundle have looked at. */
export interface Coverage {
  readonly rules: Covered;
  readonly roleLinks: Covered;
}

/** Which rules and role links decided something in any of the questions. */
export function coverageOf(policy: CompiledPolicy, questions: readonly Question[]): Coverage {
  const { bundle } = policy;
  const traversed = new TraversedLinks(policy);
  const rules = new Set<string>();
  const links = new Set<unknown>();
  for (const { request } of questions) {
    const decision = policy.decide(request);
    const deciding = decidingRules(decision);
    const steps = new Set<string>();
    for (const { id, rolePath } of decision.matched) {
      if (!deciding.has(id)) continue;
      rules.add(id);
      for (const [index, role] of rolePath.slice(1).entries()) steps.add(`${rolePath[index]} ${role}`);
    }
    for (const link of traversed.of(request)) if (steps.has(`${link.member} ${link.role}`)) links.add(link);
  }
  const all = rulesOf(bundle);
  return {
    rules: {
      total: all.length,
      uncovered: all
        .filter(({ id }) => !rules.has(id))
        .map(({ id }) => ({ what: id, ...bundle.source.ruleAt.get(id)! })),
    },
    roleLinks: {
      total: bundle.roleLinks.length,
      uncovered: bundle.roleLinks
        .filter((link) => !links.has(link))
        .map((link) => ({ what: roleLinkText(link), ...bundle.source.roleLinkAt.get(link)! })),
    },
  };
}

/** Rules that made the answer, the masks and filters that it asks for and the exemptions that lifted others. */
function decidingRules({ rules, obligations, filters, matched }: Decision): ReadonlySet<string> {
  const exempting = matched.filter(({ effect }) => effect === 'exempt').map(({ id }) => id);
  const obliging = [
    ...obligations.flatMap((obligation) => obligation.rules),
    ...filters.map(({ rule }) => rule),
  ];
  return new Set([...rules, ...obliging, ...exempting]);
}
