import type { CompiledPolicy } from '../decision/compiled-policy.js';
import { allOf, hasAnyTag, namespaceIn, not, planKey } from '../plan/combine.js';
import type { Plan } from '../plan/plan.js';
import { maskName } from '../mask/mask.js';
import { MaskRules } from '../decision/mask-rules.js';
import { RoleGraph } from '../decision/role-graph.js';
import { ACTIONS, type Action, ROOT_NAMESPACE } from '../vocabulary.js';
import type { CandidateClass } from './classes.js';
import { type FilterChange, filterChanges } from './filter-changes.js';
import type { FlipKind } from './flips.js';

/** Rows that somebody gains or loses, before it is known how many there are. */
export interface AccessChange {
  readonly kind: FlipKind;
  readonly actions: readonly Action[];
  readonly classes: readonly CandidateClass[];
  readonly plan: Plan;
  /** Of values that are masked otherwise. */
  readonly mask?: MaskChange;
  /** Of assets of which other rows are seen. */
  readonly filter?: FilterChange;
}

export interface MaskChange {
  readonly tag: string;
  /** Undefined: none. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

const ASKED = ACTIONS.filter((action) => action !== 'administer');

/** What a class gains, loses and sees masked or filtered otherwise, as plans; nothing where both policies make the same plan. */
export function changesOfClass(
  before: CompiledPolicy,
  after: CompiledPolicy,
  of: CandidateClass,
  now: Date,
): readonly Omit<AccessChange, 'classes'>[] {
  const { subject, groups, context } = of.one;
  const changes: Omit<AccessChange, 'classes'>[] = [];
  for (const action of ASKED) {
    const request = { subject, groups, action, context: { ...context, now }, appliesMasks: true };
    const [was, is] = [before.plan(request), after.plan(request)];
    const differs = planKey(was) !== planKey(is);
    if (differs) {
      changes.push({ kind: 'gained', actions: [action], plan: allOf([is, not(was)]) });
      changes.push({ kind: 'lost', actions: [action], plan: allOf([was, not(is)]) });
    }
    for (const { mask, namespaces } of maskChanges(before, after, of, action, now)) {
      const plan = allOf([was, is, namespaces, hasAnyTag([mask.tag])]);
      changes.push({ kind: 'masked-otherwise', actions: [action], plan, mask });
    }
    for (const { filter, where } of filterChanges(before, after, request)) {
      const plan = allOf([was, is, where]);
      changes.push({ kind: 'filtered-otherwise', actions: [action], plan, filter });
    }
  }
  return changes.filter(({ plan }) => plan.kind !== 'none');
}

/** Puts together what is the same of several actions and several classes. */
export function grouped(
  found: readonly {
    readonly of: CandidateClass;
    readonly changes: readonly Omit<AccessChange, 'classes'>[];
  }[],
): readonly AccessChange[] {
  const groups = new Map<string, AccessChange>();
  for (const { of, changes } of found) {
    for (const change of alike(changes, ({ kind, plan, mask, filter }) => [
      kind,
      planKey(plan),
      mask,
      filter,
    ])) {
      const key = JSON.stringify([
        change.kind,
        change.actions,
        planKey(change.plan),
        change.mask,
        change.filter,
      ]);
      const present = groups.get(key);
      groups.set(key, { ...change, classes: [...(present?.classes ?? []), of] });
    }
  }
  return [...groups.values()];
}

/** Changes that differ in their action alone become one. */
function alike(
  changes: readonly Omit<AccessChange, 'classes'>[],
  keyOf: (change: Omit<AccessChange, 'classes'>) => unknown,
): readonly Omit<AccessChange, 'classes'>[] {
  const groups = new Map<string, Omit<AccessChange, 'classes'>>();
  for (const change of changes) {
    const key = JSON.stringify(keyOf(change));
    const present = groups.get(key);
    groups.set(key, { ...change, actions: [...(present?.actions ?? []), ...change.actions] });
  }
  return [...groups.values()];
}

/** By classification, where the mask that a class must take is another than before. */
function maskChanges(
  before: CompiledPolicy,
  after: CompiledPolicy,
  of: CandidateClass,
  action: Action,
  now: Date,
): readonly { readonly mask: MaskChange; readonly namespaces: Plan }[] {
  const masks = [before, after].flatMap(({ bundle }) => bundle.maskRules);
  if (!masks.some((rule) => rule.action === action || rule.action === '*')) return [];
  const declared = [...new Set([before, after].flatMap(({ bundle }) => bundle.namespaces.names))];
  const tags = new Set([
    ...[before, after].flatMap(({ bundle }) => bundle.tags.names),
    ...masks.map(({ tag }) => tag),
  ]);
  const [was, is] = [before, after].map((policy) => masksIn(policy, of, action, now));
  const changed = new Map<string, { mask: MaskChange; names: string[] }>();
  for (const namespace of [...declared, ROOT_NAMESPACE]) {
    const [old, next] = [was!(namespace), is!(namespace)];
    for (const tag of tags) {
      const mask = { tag, before: old(tag), after: next(tag) };
      if (mask.before === mask.after) continue;
      const key = JSON.stringify(mask);
      const present = changed.get(key);
      if (present === undefined) changed.set(key, { mask, names: [namespace] });
      else present.names.push(namespace);
    }
  }
  return [...changed.values()].map(({ mask, names }) => ({ mask, namespaces: standingIn(names, declared) }));
}

/** The root stands for every namespace that nothing declares. */
function standingIn(names: readonly string[], declared: readonly string[]): Plan {
  if (!names.includes(ROOT_NAMESPACE)) return namespaceIn(names);
  return not(namespaceIn(declared.filter((name) => !names.includes(name))));
}

function masksIn(
  { bundle }: CompiledPolicy,
  { one }: CandidateClass,
  action: Action,
  now: Date,
): (namespace: string) => (tag: string) => string | undefined {
  const rules = new MaskRules(bundle.maskRules, bundle.tags);
  const roles = new RoleGraph(bundle.roleLinks);
  const context = { ...one.context, now };
  return (namespace) => {
    const namespaces = new Set([...bundle.namespaces.pathFrom(namespace), ROOT_NAMESPACE]);
    const held = roles.held(one, namespaces, now.getTime());
    return (tag) => {
      const { obligation } = rules.verdict(tag, { namespaces, action, held, context });
      return obligation && maskName(obligation.mask);
    };
  };
}
