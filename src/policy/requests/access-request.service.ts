import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Principal, subjectOf } from '../../identity/index.js';
import {
  CONFIG,
  type Config,
  InvalidInputError,
  NotFoundError,
  type Page,
  type PageArgs,
  validate,
} from '../../platform/index.js';
import { rulesOf } from '../bundle/rules.js';
import { LivePolicy } from '../live-policy.js';
import { OverlayFollower } from '../overlay/overlay-follower.js';
import { PeopleRecord } from '../overlay/people-record.js';
import { Reviewers } from '../overlay/reviewers.js';
import { assertInScope } from '../overlay/scope-check.js';
import type { Target } from '../overlay/target.js';
import { visiblePage } from '../overlay/visible-page.js';
import { type AccessRequest, REQUEST_STATES, type RequestStep, stateOf } from './access-request.js';
import { AccessRequestRepository } from './access-request.repository.js';
import { NotInStateError } from './errors.js';
import { NUMBERED, REASON, REQUEST, TARGET } from './request-input.js';

const DAY_MS = 86_400_000;
const MAX_OPEN = 50;
const MAX_GRANTED = 200;

const APPROVAL = z.object({ id: NUMBERED, reason: REASON, until: z.date().nullish() });
const REASONED = z.object({ id: NUMBERED, reason: REASON });
const STATE = z.enum(REQUEST_STATES).nullish();

/**
 * Access that somebody asks for, and that one who manages the place grants for a time. A grant allows beside the policy files, never
 * against them: what they deny stays denied.
 */
@Injectable()
export class AccessRequestService {
  constructor(
    private readonly requests: AccessRequestRepository,
    private readonly overlay: OverlayFollower,
    private readonly reviewers: Reviewers,
    private readonly record: PeopleRecord,
    private readonly live: LivePolicy,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Asks for access for the caller itself. The caller of this has seen to it that they may know of the asset.
   * @throws {InvalidInputError} naming field and rule
   */
  async request(caller: Principal, target: Target, input: z.input<typeof REQUEST>): Promise<AccessRequest> {
    const asked = validate(REQUEST, input, 'input');
    const { namespace } = validate(TARGET, target, 'input');
    const actions = asked.actions ?? [];
    const role = asked.role ?? null;
    const { bundle } = this.live.current;
    if (!bundle.namespaces.names.includes(namespace))
      throw new InvalidInputError(
        'input.namespace',
        `must be a namespace that the policy files declare, not ${namespace}`,
      );
    if (role !== null && target.kind !== null)
      throw new InvalidInputError('input.role', 'must be for a namespace: a role is not held on one asset');
    const known = rulesOf(bundle).map(({ subject }) => subject);
    if (role !== null && ![...known, ...bundle.roleLinks.map(({ member }) => member)].includes(role))
      throw new InvalidInputError('input.role', `must be a role of the policy files, not ${role}`);
    assertInScope(caller, bundle, target, actions);
    const requester = subjectOf(caller);
    return this.overlay.change(async (now) => {
      this.assertEnd(asked.until, now, 'input.until');
      const { open, granted } = await this.requests.countOf(requester);
      if (open >= MAX_OPEN)
        throw new InvalidInputError('input', `must leave at most ${MAX_OPEN} requests open; withdraw some`);
      if (granted >= MAX_GRANTED)
        throw new InvalidInputError('input', `must leave at most ${MAX_GRANTED} grants; let some be revoked`);
      const request = await this.requests.insert({
        ...{ requester, target, actions, role, reason: asked.reason },
        ...{ wantedUntil: asked.until, createdAt: now },
      });
      await this.tell('access.requested', requester, request, { reason: asked.reason });
      return request;
    });
  }

  /**
   * Grants what was asked for, at once, until its wanted end or an earlier one.
   * @throws {NotFoundError} @throws {AccessDeniedError} @throws {NotAReviewerError} @throws {NotInStateError}
   */
  async approve(caller: Principal, input: z.input<typeof APPROVAL>): Promise<AccessRequest> {
    const { id, reason, until } = validate(APPROVAL, input);
    const request = await this.reviewed(caller, id);
    this.reviewers.assertNoPolicyOwner(caller, `GRANT-${id}`);
    if (until && until > request.wantedUntil)
      throw new InvalidInputError('until', 'must not be later than what was asked for');
    return this.decide(caller, request, 'approved', reason, until ?? request.wantedUntil);
  }

  /** @throws as {@link approve} */
  async deny(caller: Principal, input: z.input<typeof REASONED>): Promise<AccessRequest> {
    const { id, reason } = validate(REASONED, input);
    return this.decide(caller, await this.reviewed(caller, id), 'denied', reason, null);
  }

  /** Takes an open request back; who made it may. @throws {NotFoundError} @throws {NotInStateError} */
  async withdraw(caller: Principal, id: string): Promise<AccessRequest> {
    const request = await this.requests.find(validate(NUMBERED, id, 'id'));
    if (request?.requester !== subjectOf(caller)) throw new NotFoundError('AccessRequest', id);
    return this.decide(caller, request, 'withdrawn', 'taken back', null);
  }

  /** Ends a grant at once; who has it may, and who manages the place. @throws {NotFoundError} @throws {NotInStateError} */
  async revoke(caller: Principal, input: z.input<typeof REASONED>): Promise<AccessRequest> {
    const { id, reason } = validate(REASONED, input);
    const request = await this.visible(caller, id);
    const by = subjectOf(caller);
    if (request.requester !== by && !this.reviewers.isPolicyOwner(caller))
      await this.reviewers.authorizeManagement(caller, request);
    await this.overlay.change(async (now) => {
      if (!(await this.requests.revoke(id, now, by, reason)))
        throw new NotInStateError(`GRANT-${id}`, stateOf(await this.again(id), now), 'granted');
      await this.tell('access.revoked', by, request, { reason });
    });
    return this.again(id);
  }

  /** The caller's own, those that they may decide on, and for who administers the policy all; the latest first. */
  async list(caller: Principal, args: PageArgs, state?: string | null): Promise<Page<AccessRequest>> {
    const wanted = validate(STATE, state, 'state');
    const now = new Date();
    const isKnown = this.reviewers.knowing(caller);
    return visiblePage(
      args,
      (page) => this.requests.list(page),
      (request) => (!wanted || stateOf(request, now) === wanted) && isKnown(request, request.requester),
    );
  }

  /** What the caller may do with a request that they may see, as it stands now. Nothing is logged: who does it is asked again. */
  stepsFor(caller: Principal, request: AccessRequest): readonly RequestStep[] {
    const isOwn = request.requester === subjectOf(caller);
    const state = stateOf(request, new Date());
    if (state === 'open') {
      if (isOwn) return ['withdraw'];
      if (!this.reviewers.mayDecide(caller, request, request.requester)) return [];
      return this.reviewers.isPolicyOwner(caller) ? ['deny'] : ['approve', 'deny'];
    }
    const mayRevoke =
      isOwn || this.reviewers.isPolicyOwner(caller) || this.reviewers.managesByFiles(caller, request);
    return state === 'granted' && mayRevoke ? ['revoke'] : [];
  }

  private async decide(
    caller: Principal,
    request: AccessRequest,
    decision: 'approved' | 'denied' | 'withdrawn',
    decisionReason: string,
    until: Date | null,
  ): Promise<AccessRequest> {
    const { id } = request;
    const decidedBy = subjectOf(caller);
    await this.overlay.change(async (decidedAt) => {
      if (until !== null) this.assertEnd(until, decidedAt, 'until');
      const decided = { decision, decidedAt, decidedBy, decisionReason, grantedUntil: until };
      if (!(await this.requests.decide(id, decided)))
        throw new NotInStateError(`GRANT-${id}`, stateOf(await this.again(id), decidedAt), 'open');
      await this.tell(`access.${decision}`, decidedBy, request, { reason: decisionReason, until });
    });
    return this.again(id);
  }

  private async reviewed(caller: Principal, id: string): Promise<AccessRequest> {
    const request = await this.visible(caller, id);
    await this.reviewers.authorize(caller, request, { id: `GRANT-${id}`, own: request.requester });
    return request;
  }

  private async visible(caller: Principal, id: string): Promise<AccessRequest> {
    const request = await this.requests.find(id);
    if (request === undefined || !this.reviewers.knowing(caller)(request, request.requester))
      throw new NotFoundError('AccessRequest', id);
    return request;
  }

  private async again(id: string): Promise<AccessRequest> {
    return (await this.requests.find(id))!;
  }

  private assertEnd(until: Date, now: Date, field: string): void {
    const days = this.config.CAIRN_GRANT_MAX_DAYS;
    if (until <= now) throw new InvalidInputError(field, 'must be in the future');
    if (until.getTime() > now.getTime() + days * DAY_MS)
      throw new InvalidInputError(field, `must be within ${days} days (CAIRN_GRANT_MAX_DAYS)`);
  }

  private tell(
    event: Parameters<PeopleRecord['record']>[0],
    by: string,
    { id, requester, namespace, kind, name, actions, role }: AccessRequest,
    detail: Record<string, unknown>,
  ): Promise<void> {
    const target = { namespace, kind, name };
    return this.record.record(event, by, {
      ...{ id: `GRANT-${id}`, target, subject: requester, actions, role },
      ...detail,
    });
  }
}
