import { setImmediate as afterOthers } from 'node:timers/promises';
import type { CompiledPolicy } from '../decision/compiled-policy.js';
import { systemResource, SYSTEM_OBJECTS } from '../vocabulary.js';
import { type AccessChange, changesOfClass, grouped } from './access-changes.js';
import type { CandidateClass } from './classes.js';
import { affectedClasses, type Candidate, namedCandidates } from './classes.js';
import { type Answer, answerOf, type Flip, flipsOf } from './flips.js';
import type { GovernedAsset, GovernedAssets } from './governed-assets.js';
import { type LineChange, lineChanges } from './line-changes.js';

/** How much a comparison tells and takes. */
const LIMITS = { shown: 10, groups: 100, slice: 20, sliceMs: 10, totalMs: 20_000 } as const;

/** Assets that some gain, lose or see masked or filtered otherwise. */
export interface AccessDifference extends Omit<AccessChange, 'plan' | 'classes'> {
  readonly principals: readonly string[];
  readonly total: number;
  /** The one of the principals to whom {@link assets} has the answers. */
  readonly askedAs: string;
  /** The first of them by name. */
  readonly assets: readonly {
    readonly asset: GovernedAsset;
    readonly before: Answer;
    readonly after: Answer;
  }[];
}

/** A part of the service that some may administer, and could not before, or the other way round. */
export interface SystemDifference extends Pick<Flip, 'before' | 'after'> {
  readonly object: string;
  readonly principals: readonly string[];
}

/** What becomes of everybody when one policy takes another's place. */
export interface PolicyDifference {
  readonly before: string;
  readonly after: string;
  readonly lines: readonly LineChange[];
  /** Those with most assets first. */
  readonly access: readonly AccessDifference[];
  /** How many there are, told or not. */
  readonly accessTotal: number;
  readonly system: readonly SystemDifference[];
  /** Whether all was compared in the time there is. */
  readonly isComplete: boolean;
}

/** Who is asked about, when, and what every request says. */
export interface Asking {
  /** Principals that are known; whom the bundles name besides is asked about, too. */
  readonly known: readonly Candidate[];
  readonly said: Candidate['context'];
  readonly now: Date;
}

/** Compares two policies for everybody whom a changed line can be about, over all assets there are. */
export async function comparePolicies(
  before: CompiledPolicy,
  after: CompiledPolicy,
  { known, said, now }: Asking,
  assets: GovernedAssets,
): Promise<PolicyDifference> {
  const lines = lineChanges(before.bundle, after.bundle);
  const bundles = [before.bundle, after.bundle];
  const candidates = [...known, ...namedCandidates(bundles, known, said)];
  const clock = new Clock();
  const found: { of: CandidateClass; changes: readonly Omit<AccessChange, 'classes'>[] }[] = [];
  const system: { of: CandidateClass; flips: readonly Flip[] }[] = [];
  let isComplete = true;
  for (const of of affectedClasses(bundles, lines, candidates)) {
    if (await clock.isOver()) {
      isComplete = false;
      break;
    }
    found.push({ of, changes: changesOfClass(before, after, of, now) });
    system.push({ of, flips: systemFlips(before, after, of, now) });
  }
  const changes = grouped(found);
  const totals = await totalsOf(changes, assets, clock);
  const told = changes
    .flatMap((change, index) => (totals[index] ? [{ change, total: totals[index] }] : []))
    .sort((a, b) => b.total - a.total);
  const access: AccessDifference[] = [];
  for (const { change, total } of told.slice(0, LIMITS.groups)) {
    if (await clock.isOver()) break;
    access.push({ ...(await described(change, before, after, assets, now)), total });
  }
  return {
    before: before.version,
    after: after.version,
    lines,
    access: together(access),
    accessTotal: told.length - access.length + together(access).length,
    system: systemDifferences(system),
    isComplete:
      isComplete && !totals.includes(undefined) && access.length === Math.min(told.length, LIMITS.groups),
  };
}

/** Lets others go on now and then, and knows when it has been long enough. */
class Clock {
  private readonly startedAt = performance.now();
  private sliceAt = this.startedAt;

  async isOver(): Promise<boolean> {
    if (performance.now() - this.sliceAt > LIMITS.sliceMs) {
      await afterOthers();
      this.sliceAt = performance.now();
    }
    return performance.now() - this.startedAt > LIMITS.totalMs;
  }
}

/** Undefined for what was not counted in time. */
async function totalsOf(
  changes: readonly AccessChange[],
  assets: GovernedAssets,
  clock: Clock,
): Promise<readonly (number | undefined)[]> {
  const totals: (number | undefined)[] = [];
  for (let index = 0; index < changes.length; index += LIMITS.slice) {
    const slice = changes.slice(index, index + LIMITS.slice).map(({ plan }) => plan);
    totals.push(...((await clock.isOver()) ? slice.map(() => undefined) : await assets.count(slice)));
  }
  return totals;
}

async function described(
  { plan, classes, ...change }: AccessChange,
  before: CompiledPolicy,
  after: CompiledPolicy,
  assets: GovernedAssets,
  now: Date,
): Promise<Omit<AccessDifference, 'total'>> {
  const { label, subject, groups, context } = classes[0]!.one;
  const shown = (await assets.first(plan, LIMITS.shown)).map((asset) => {
    const request = {
      ...{ subject, groups, action: change.actions[0]!, context: { ...context, now } },
      ...{ namespace: asset.namespace, kind: asset.kind, name: asset.name, tags: asset.tags },
      appliesMasks: true,
    };
    return { asset, before: answerOf(before, request), after: answerOf(after, request) };
  });
  return {
    ...change,
    principals: classes.flatMap(({ labels }) => labels).sort(),
    askedAs: label,
    assets: shown,
  };
}

/** Differences that show all of their assets, the same with the same answers, become one: whose plans were written otherwise matters to nobody. */
function together(differences: readonly AccessDifference[]): readonly AccessDifference[] {
  const groups = new Map<string, AccessDifference>();
  for (const [index, difference] of differences.entries()) {
    const { kind, actions, mask, filter, total, assets } = difference;
    const shown = assets.map(({ asset, before, after }) => [asset.id, outcome(before), outcome(after)]);
    const key = JSON.stringify([kind, actions, mask, filter, shown, total > assets.length && index]);
    const principals = [...(groups.get(key)?.principals ?? []), ...difference.principals].sort();
    groups.set(key, { ...difference, principals });
  }
  return [...groups.values()];
}

function outcome({ allowed, rules, masks, filters }: Answer): unknown {
  return [allowed, rules, masks, filters];
}

function systemFlips(
  before: CompiledPolicy,
  after: CompiledPolicy,
  { one: { subject, groups, context } }: CandidateClass,
  now: Date,
): readonly Flip[] {
  const asked = { subject, groups, action: 'administer' as const, context: { ...context, now } };
  return flipsOf(
    before,
    after,
    SYSTEM_OBJECTS.map((name) => ({ ...asked, ...systemResource(name) })),
  );
}

function systemDifferences(
  found: readonly { readonly of: CandidateClass; readonly flips: readonly Flip[] }[],
): readonly SystemDifference[] {
  const groups = new Map<string, SystemDifference>();
  for (const { of, flips } of found) {
    for (const { request, before, after } of flips) {
      const key = JSON.stringify([request.name, before.rules, after.rules, after.allowed]);
      const principals = [...(groups.get(key)?.principals ?? []), ...of.labels].sort();
      groups.set(key, { object: `system/${request.name}`, principals, before, after });
    }
  }
  return [...groups.values()];
}
