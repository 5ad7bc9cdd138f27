import type { CompiledPolicy } from '../decision/compiled-policy.js';
import type { PlanRequest } from '../plan/build-plan.js';
import { allOf, not, planKey } from '../plan/combine.js';
import type { Plan } from '../plan/plan.js';

/** The filters that rows need pass no more, and those that they must pass from now on, as policy files write them. */
export interface FilterChange {
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** Where other rows are seen of assets than before, whether or not the assets may be read. */
export function filterChanges(
  before: CompiledPolicy,
  after: CompiledPolicy,
  request: PlanRequest,
): readonly { readonly filter: FilterChange; readonly where: Plan }[] {
  const [were, are] = [before.filterPlans(request), after.filterPlans(request)];
  const changed = new Map<string, { where: Plan; removed: string[]; added: string[] }>();
  for (const filter of new Set([...were.keys(), ...are.keys()])) {
    const [was, is] = [were, are].map((plans): Plan => plans.get(filter) ?? { kind: 'none' }) as [Plan, Plan];
    if (planKey(was) === planKey(is)) continue;
    const changes = { removed: allOf([was, not(is)]), added: allOf([is, not(was)]) };
    for (const which of ['removed', 'added'] as const) {
      const where = changes[which];
      const present = changed.get(planKey(where)) ?? { where, removed: [], added: [] };
      present[which].push(filter);
      changed.set(planKey(where), present);
    }
  }
  return [...changed.values()]
    .filter(({ where }) => where.kind !== 'none')
    .map(({ where, removed, added }) => ({
      where,
      filter: { removed: removed.sort(), added: added.sort() },
    }));
}
