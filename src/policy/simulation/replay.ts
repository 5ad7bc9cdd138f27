import type { PolicyContext } from '../condition/attributes.js';
import type { CompiledPolicy } from '../decision/compiled-policy.js';
import type { DecisionRequest } from '../decision/decision.js';
import { permitOf } from '../decision/permit.js';
import { filterTexts, kindOf, maskTexts } from '../diff/flips.js';
import { maskName } from '../mask/mask.js';
import { isAction, isKind } from '../vocabulary.js';
import type { LoggedDecision } from './logged-decisions.js';

/** Answers that would be another, put together where all but the time is the same. */
export interface Flip {
  readonly subject: string;
  readonly action: string;
  /** Absent for lists. */
  readonly asset?: { readonly namespace: string; readonly kind: string; readonly name: string };
  readonly before: FlipSide;
  readonly after: FlipSide;
  readonly count: number;
  readonly lastAt: Date;
}

/** An answer, and the rules that made it. Of lists: whether anything could be in it, and no rules. */
export interface FlipSide {
  readonly isAllowed: boolean;
  readonly rules: readonly string[];
  /** `email: sha256`, by column, or by classification where no columns were known. Of what was answered: if that version is kept. */
  readonly masks: readonly string[];
  /** Filters that rows must pass; of what was answered, if that version is kept. */
  readonly filters: readonly string[];
}

/** What a replay found. */
export interface ReplayResult {
  readonly decisions: { readonly replayed: number; readonly flipped: number };
  readonly lists: { readonly replayed: number; readonly flipped: number; readonly skipped: number };
  /** What the log has of them cannot be read. */
  readonly notReplayable: number;
  /** Those of assets, the most frequent first. */
  readonly flips: readonly Flip[];
  /** Lists that would show other assets: `isAllowed` both times when some would come or go. */
  readonly listFlips: readonly Flip[];
  /** Whether there were more different flips than are told; the counts are of all. */
  readonly isCut: boolean;
}

/** Different flips that are told of. */
const MAX_FLIPS = 2_000;
/** Lists that are planned anew: each costs as much as hundreds of decisions. */
const MAX_LISTS = 20_000;

type MutableFlip = { -readonly [Key in keyof Flip]: Flip[Key] };

/** Asks a candidate what the log says was asked. */
export class Replay {
  private readonly flips = new Map<string, MutableFlip>();
  private readonly listFlips = new Map<string, MutableFlip>();
  private readonly counts = {
    replayed: 0,
    flipped: 0,
    lists: 0,
    listsFlipped: 0,
    skipped: 0,
    notReplayable: 0,
  };
  private isCut = false;

  /**
   * @param versions those that answered, as far as they are kept: lists, masks and filters are compared with what they said then
   */
  constructor(
    private readonly candidate: CompiledPolicy,
    private readonly versions: ReadonlyMap<string, CompiledPolicy>,
  ) {}

  /** Takes the next decisions. */
  add(decisions: readonly (LoggedDecision | undefined)[]): void {
    for (const decision of decisions) {
      if (decision === undefined) this.counts.notReplayable += 1;
      else if (decision.kind === undefined) this.list(decision);
      else this.decide(decision);
    }
  }

  /** Decisions that were looked at. */
  get seen(): number {
    const { replayed, lists, skipped, notReplayable } = this.counts;
    return replayed + lists + skipped + notReplayable;
  }

  result(): ReplayResult {
    const { counts } = this;
    return {
      decisions: { replayed: counts.replayed, flipped: counts.flipped },
      lists: { replayed: counts.lists, flipped: counts.listsFlipped, skipped: counts.skipped },
      notReplayable: counts.notReplayable,
      flips: byCount(this.flips),
      listFlips: byCount(this.listFlips),
      isCut: this.isCut,
    };
  }

  private decide(logged: LoggedDecision): void {
    const { subject, action, namespace, kind, name, groups, tags, isAllowed, rules } = logged;
    const { appliesMasks, columns, scope } = logged;
    const context = contextOf(logged);
    const isWhole = namespace !== undefined && name !== undefined && tags !== undefined;
    if (!isWhole || context === undefined || !isAction(action) || kind === undefined || !isKind(kind)) {
      this.counts.notReplayable += 1;
      return;
    }
    this.counts.replayed += 1;
    const asked = { subject, groups, action, namespace, kind, name, tags, context, ...(scope && { scope }) };
    const request = { ...{ ...asked, columns }, ...(appliesMasks !== undefined && { appliesMasks }) };
    const after = sideOf(this.candidate, request);
    const former = isObliged(logged) ? this.versions.get(logged.bundle) : undefined;
    const then = former && sideOf(former, request);
    // Of a version that is not kept only the answer is known.
    const isKnown = then?.isAllowed === isAllowed;
    const { masks, filters } = isKnown ? then : { masks: [], filters: [] };
    const isSame = isKnown
      ? kindOf({ before: answerOf(then), after: answerOf(after) }) === undefined
      : after.isAllowed === isAllowed;
    if (isSame) return;
    this.counts.flipped += 1;
    this.flip(this.flips, logged, {
      ...{ subject, action, asset: { namespace, kind, name } },
      ...{ before: { isAllowed, rules, masks, filters }, after },
    });
  }

  private list(logged: LoggedDecision): void {
    const { subject, action, groups, appliesMasks, scope, isAllowed, bundle } = logged;
    const context = contextOf(logged);
    if (context === undefined || !isAction(action)) {
      this.counts.notReplayable += 1;
      return;
    }
    if (this.counts.lists === MAX_LISTS) {
      this.counts.skipped += 1;
      return;
    }
    this.counts.lists += 1;
    const request = {
      ...{ subject, groups, action, context, ...(scope && { scope }) },
      ...(appliesMasks !== undefined && { appliesMasks }),
    };
    const after = this.candidate.plan(request);
    const before = this.versions.get(bundle)?.plan(request);
    const isSame =
      before === undefined
        ? isAllowed === (after.kind !== 'none')
        : JSON.stringify(before) === JSON.stringify(after);
    if (isSame) return;
    this.counts.listsFlipped += 1;
    this.flip(this.listFlips, logged, {
      ...{ subject, action, before: listSide(isAllowed), after: listSide(after.kind !== 'none') },
    });
  }

  private flip(
    among: Map<string, MutableFlip>,
    { decidedAt }: LoggedDecision,
    flip: Omit<Flip, 'count' | 'lastAt'>,
  ): void {
    const key = JSON.stringify(flip);
    const known = among.get(key);
    if (known !== undefined) {
      known.count += 1;
      if (decidedAt > known.lastAt) known.lastAt = decidedAt;
    } else if (among.size < MAX_FLIPS) among.set(key, { ...flip, count: 1, lastAt: decidedAt });
    else this.isCut = true;
  }
}

/** Whether the answer may have come with masks and filters. */
export function isObliged({ kind, isAllowed, appliesMasks, columns }: LoggedDecision): boolean {
  return kind !== undefined && isAllowed && (appliesMasks === true || columns !== undefined);
}

function sideOf(policy: CompiledPolicy, request: DecisionRequest): FlipSide {
  if (request.columns === undefined) {
    const decision = policy.decide(request);
    const { allowed: isAllowed, rules } = decision;
    return { isAllowed, rules, masks: maskTexts(decision), filters: filterTexts(decision) };
  }
  const { decision, permit } = permitOf(policy, request);
  const masks = permit.masks.map(({ column, mask }) => `${column}: ${maskName(mask)}`);
  return { isAllowed: decision.allowed, rules: decision.rules, masks, filters: filterTexts(permit) };
}

function answerOf({ isAllowed, ...rest }: FlipSide): Parameters<typeof kindOf>[0]['before'] {
  return { ...rest, allowed: isAllowed, reason: '' };
}

function listSide(isAllowed: boolean): FlipSide {
  return { isAllowed, rules: [], masks: [], filters: [] };
}

function contextOf({ context }: LoggedDecision): PolicyContext | undefined {
  if (typeof context['now'] !== 'string') return undefined;
  return { ...context, now: new Date(context['now']) };
}

function byCount(flips: ReadonlyMap<string, Flip>): Flip[] {
  return [...flips.values()].sort((a, b) => b.count - a.count || b.lastAt.getTime() - a.lastAt.getTime());
}
