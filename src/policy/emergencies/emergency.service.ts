import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Principal, subjectOf } from '../../identity/index.js';
import {
  InvalidInputError,
  NotFoundError,
  type Page,
  type PageArgs,
  validate,
} from '../../platform/index.js';
import { LivePolicy } from '../live-policy.js';
import { OverlayFollower } from '../overlay/overlay-follower.js';
import { PeopleRecord } from '../overlay/people-record.js';
import { Reviewers } from '../overlay/reviewers.js';
import { assertInScope } from '../overlay/scope-check.js';
import type { Target } from '../overlay/target.js';
import { visiblePage } from '../overlay/visible-page.js';
import { Policy } from '../policy.service.js';
import { NotInStateError } from '../requests/errors.js';
import { GRANTED_ACTIONS, NUMBERED, REASON, TARGET } from '../requests/request-input.js';
import { EmergencyAlert } from './alert.js';
import { type Emergency, EMERGENCY_STATES, type EmergencyStep, stateOf } from './emergency-state.js';
import { waitingRules } from './emergency-rules.js';
import { EmergencyRepository } from './emergency.repository.js';
import { NoEmergencyRuleError } from './errors.js';

const MAX_MINUTES = 240;
const MAX_OPEN = 20;
const MINUTE_MS = 60_000;

const DECLARATION = z.object({
  actions: GRANTED_ACTIONS,
  reason: REASON,
  minutes: z.int().min(1).max(MAX_MINUTES),
});
const REVIEW = z.object({ id: NUMBERED, review: REASON });
const STATE = z.enum(EMERGENCY_STATES).nullish();

/**
 * Emergencies: who is named by rules of the policy files that wait for one declares it, does what they let them, and somebody else
 * reviews what was done.
 */
@Injectable()
export class EmergencyService {
  constructor(
    private readonly emergencies: EmergencyRepository,
    private readonly overlay: OverlayFollower,
    private readonly reviewers: Reviewers,
    private readonly record: PeopleRecord,
    private readonly alert: EmergencyAlert,
    private readonly policy: Policy,
    private readonly live: LivePolicy,
  ) {}

  /**
   * Declares one, at once. The caller of this has seen to it that they may know of the asset.
   * @throws {InvalidInputError} naming field and rule @throws {NoEmergencyRuleError}
   */
  async declare(caller: Principal, target: Target, input: z.input<typeof DECLARATION>): Promise<Emergency> {
    const { actions, reason, minutes } = validate(DECLARATION, input, 'input');
    validate(TARGET, target, 'input');
    const { current } = this.live;
    assertInScope(caller, current.bundle, target, actions);
    const subject = subjectOf(caller);
    const asked = this.policy.asks(caller);
    for (const action of actions)
      if (waitingRules(current, asked, target, action).length === 0)
        throw new NoEmergencyRuleError(subject, action, target);
    const emergency = await this.overlay.change(async (openedAt) => {
      if ((await this.emergencies.countOpen(subject)) >= MAX_OPEN)
        throw new InvalidInputError('input', `must leave at most ${MAX_OPEN} emergencies open; end some`);
      const until = new Date(openedAt.getTime() + minutes * MINUTE_MS);
      const opened = await this.emergencies.insert({ subject, target, actions, reason, openedAt, until });
      await this.alert.announce(opened);
      await this.tell('emergency.declared', subject, opened, { reason, until });
      return opened;
    });
    return emergency;
  }

  /** Ends one before its time; who declared it may, who manages the place, and who administers the policy. */
  async close(caller: Principal, id: string): Promise<Emergency> {
    const emergency = await this.visible(caller, validate(NUMBERED, id, 'id'));
    const by = subjectOf(caller);
    if (emergency.subject !== by && !this.reviewers.isPolicyOwner(caller))
      await this.reviewers.authorizeManagement(caller, emergency);
    await this.overlay.change(async (now) => {
      if (!(await this.emergencies.close(emergency.id, now, by)))
        throw new NotInStateError(`EMERGENCY-${emergency.id}`, stateOf(emergency, now), 'open');
      await this.tell('emergency.closed', by, emergency, {});
    });
    return this.again(emergency.id);
  }

  /**
   * Says, by somebody else, what they think of what was done in one that has ended.
   * @throws {NotFoundError} @throws {NotAReviewerError} @throws {NotInStateError}
   */
  async review(caller: Principal, input: z.input<typeof REVIEW>): Promise<Emergency> {
    const { id, review } = validate(REVIEW, input);
    const emergency = await this.visible(caller, id);
    await this.reviewers.authorizeReview(caller, emergency, {
      ...{ id: `EMERGENCY-${id}`, own: emergency.subject },
    });
    const by = subjectOf(caller);
    await this.overlay.change(async (now) => {
      if (!(await this.emergencies.review(id, now, by, review)))
        throw new NotInStateError(`EMERGENCY-${id}`, stateOf(emergency, now), 'ended');
      await this.tell('emergency.reviewed', by, emergency, { review });
    });
    return this.again(id);
  }

  /** The caller's own, those of places that they manage, and for who administers the policy all; the latest first. */
  async list(caller: Principal, args: PageArgs, state?: string | null): Promise<Page<Emergency>> {
    const wanted = validate(STATE, state, 'state');
    const now = new Date();
    const isKnown = this.reviewers.knowing(caller);
    return visiblePage(
      args,
      (page) => this.emergencies.list(page),
      (emergency) => (!wanted || stateOf(emergency, now) === wanted) && isKnown(emergency, emergency.subject),
    );
  }

  /** What the caller may do with one that they may see, as it stands now. Nothing is logged: who does it is asked again. */
  stepsFor(caller: Principal, emergency: Emergency): readonly EmergencyStep[] {
    const state = stateOf(emergency, new Date());
    // Whoever sees an emergency may end it.
    if (state === 'open') return ['end'];
    return state === 'ended' && this.reviewers.mayReview(caller, emergency, emergency.subject)
      ? ['review']
      : [];
  }

  private async visible(caller: Principal, id: string): Promise<Emergency> {
    const emergency = await this.emergencies.find(id);
    if (emergency === undefined || !this.reviewers.knowing(caller)(emergency, emergency.subject))
      throw new NotFoundError('Emergency', id);
    return emergency;
  }

  private async again(id: string): Promise<Emergency> {
    return (await this.emergencies.find(id))!;
  }

  private tell(
    event: Parameters<PeopleRecord['record']>[0],
    by: string,
    { id, subject, namespace, kind, name, actions }: Emergency,
    detail: Record<string, unknown>,
  ): Promise<void> {
    const target = { namespace, kind, name };
    return this.record.record(event, by, {
      ...{ id: `EMERGENCY-${id}`, target, subject, actions },
      ...detail,
    });
  }
}
