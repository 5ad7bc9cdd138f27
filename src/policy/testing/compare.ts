import type { CompiledPolicy } from '../decision/compiled-policy.js';
import type { DecisionRequest } from '../decision/decision.js';
import type { CasbinOracle } from './casbin-oracle.js';

/** How the answers were spread: a comparison that never saw one of them says nothing about it. Masks are counted by classification. */
export interface Tally {
  allowed: number;
  denied: number;
  masked: number;
  unmasked: number;
  filtered: number;
  unfiltered: number;
}

/** @returns a tally of nothing */
export function noTally(): Tally {
  return { allowed: 0, denied: 0, masked: 0, unmasked: 0, filtered: 0, unfiltered: 0 };
}

/** Asks both, in all three enforcement contexts, and hands back the requests that they answer differently. */
export function disagreements(
  policy: CompiledPolicy,
  oracle: CasbinOracle,
  requests: readonly DecisionRequest[],
  tally: Tally,
): DecisionRequest[] {
  return requests.filter((request) => {
    const decision = policy.decide({ ...request, appliesMasks: true });
    const allowed = oracle.allows(request);
    tally[allowed ? 'allowed' : 'denied'] += 1;
    if (decision.allowed !== allowed) return true;
    if (!allowed) return false;
    const masked = request.tags.filter((tag) => oracle.masks(request, tag)).sort();
    tally.masked += masked.length;
    tally.unmasked += request.tags.length - masked.length;
    const isFiltered = oracle.filters(request);
    tally[isFiltered ? 'filtered' : 'unfiltered'] += 1;
    if (decision.filters.length > 0 !== isFiltered) return true;
    return JSON.stringify(decision.obligations.map(({ tag }) => tag)) !== JSON.stringify(masked);
  });
}
