import { Injectable } from '@nestjs/common';
import { heldGroups, type Principal, subjectOf } from '../identity/index.js';
import { currentRequestId } from '../platform/index.js';
import { AccessDeniedError } from './access-denied-error.js';
import { AuditLog } from './audit/audit-log.js';
import { isAttribute, type PolicyContext } from './condition/attributes.js';
import type { Decision, DecisionRequest } from './decision/decision.js';
import type { ColumnClassifications, Permit } from './decision/permit.js';
import { LivePolicy } from './live-policy.js';
import { askedUnder, decideUnder, openOf, permitUnder, planUnder } from './overlay/emergency.js';
import type { PlanRequest } from './plan/build-plan.js';
import { type Plan, planMatches, planMatchesAnyName } from './plan/plan.js';
import type { Action, Kind } from './vocabulary.js';

/** What policy is asked about. */
export interface Resource {
  /** Its place in the tree of namespaces. */
  readonly namespace: string;
  readonly kind: Kind;
  readonly name: string;
  /** Classifications, not closed over their tree. */
  readonly tags: readonly string[];
}

/** What a request says of itself beside who, what and where: `branch`, `purpose` … Unknown names are left out. */
export type RequestContext = Readonly<Record<string, unknown>>;

/** The assets that a caller may act on, as a predicate: in process by `matches`, in SQL by `planToSql(plan, …)`. */
export interface VisibilityPlan {
  readonly plan: Plan;
  matches(resource: Resource): boolean;
  /** Of a resource whatever its name; undefined when it is the name that decides. */
  matchesAnyName(resource: Omit<Resource, 'name'>): boolean | undefined;
}

/** Actions that change nothing. */
const READS: ReadonlySet<Action> = new Set(['list', 'read', 'infer']);

/** The one door: every read and write of governed things asks here, and every answer is logged. */
@Injectable()
export class Policy {
  constructor(
    private readonly live: LivePolicy,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Answers and logs, with every rule that matched. What the answer allows to change or to issue must wait for {@link recorded}.
   * @throws {AuditUnavailableError}
   */
  decide(caller: Principal, action: Action, resource: Resource, context: RequestContext = {}): Decision {
    this.audit.assertWritable();
    const { namespace, kind, name, tags } = resource;
    const asked: DecisionRequest = { ...askedBy(caller, context), action, namespace, kind, name, tags };
    const { answering } = this.live;
    return this.logged(askedUnder(answering, asked), decideUnder(answering, asked));
  }

  /**
   * Asks for somebody who will carry out what the answer asks for; who would not calls {@link authorize}, which then denies.
   * @param columns classifications of the asset's columns; all of them count as the asset's too
   * @throws {AccessDeniedError} also when a mask is about no column that is known
   * @throws {AuditUnavailableError}
   */
  async oblige(
    caller: Principal,
    action: Action,
    resource: Resource,
    columns: ColumnClassifications,
    context: RequestContext = {},
  ): Promise<Permit> {
    this.audit.assertWritable();
    const { namespace, kind, name, tags } = resource;
    const asked: DecisionRequest = {
      ...{ ...askedBy(caller, context), action, namespace, kind, name, tags },
      ...{ appliesMasks: true, columns: Object.fromEntries(columns) },
    };
    const { answering } = this.live;
    const { decision, permit } = permitUnder(answering, asked);
    this.logged(askedUnder(answering, asked), decision);
    if (!decision.allowed) throw new AccessDeniedError(asked.subject, action, resource, decision);
    return permit;
  }

  /** Resolves once every answer so far is on disk. @throws {AuditUnavailableError} */
  recorded(): Promise<void> {
    return this.audit.settled();
  }

  /**
   * What policy would answer to somebody else, for explanations; nothing is logged. The caller of this has been authorized.
   * @param columns where given, of a door that carries out masks and filters
   */
  explain(
    subject: string,
    action: Action,
    resource: Resource,
    principal?: Principal,
    columns?: ColumnClassifications,
  ): Decision & Permit {
    const known = principal
      ? { groups: groupsOf(principal), scope: principal.scope, context: contextOf(principal, {}) }
      : { context: { now: new Date() } };
    const request = { subject, action, ...resource, ...known };
    const { answering } = this.live;
    if (columns === undefined) return { ...decideUnder(answering, request), masks: [] };
    const { decision, permit } = permitUnder(answering, { ...request, columns: Object.fromEntries(columns) });
    return { ...decision, ...permit };
  }

  /**
   * What the policy files alone answer, without grants, emergencies and the scope of the caller's credential: who has which part in
   * granting access is for them to say. Nothing is logged; what is done on it is asked for beside.
   */
  byFiles(caller: Principal, action: Action, resource: Resource): Decision {
    return this.live.current.decide({ ...askedBy(caller, {}), scope: null, action, ...resource });
  }

  /** {@link byFiles} for a list. */
  planByFiles(caller: Principal, action: Action): Plan {
    return this.live.current.plan({ ...askedBy(caller, {}), scope: null, action });
  }

  /** What the caller brings to a question. */
  asks(caller: Principal): Pick<DecisionRequest, 'subject' | 'groups' | 'context'> {
    return askedBy(caller, {});
  }

  /**
   * What is allowed to change something is on disk before it goes on; what only reads may be written up to 200 ms later.
   * @throws {AccessDeniedError} naming the rule that denied, or saying that none allows
   * @throws {AuditUnavailableError} the answer cannot be recorded
   */
  async authorize(
    caller: Principal,
    action: Action,
    resource: Resource,
    context?: RequestContext,
  ): Promise<void> {
    this.permit(caller, action, resource, context);
    if (!READS.has(action)) await this.audit.settled();
  }

  /**
   * {@link authorize} for who asks many times and waits for {@link recorded} once, before anything is changed.
   * @throws {AccessDeniedError}
   * @throws {AuditUnavailableError}
   */
  permit(caller: Principal, action: Action, resource: Resource, context?: RequestContext): void {
    const decision = this.decide(caller, action, resource, context);
    if (!decision.allowed) throw new AccessDeniedError(subjectOf(caller), action, resource, decision);
  }

  /** Which assets the caller may act on. The answer is logged once, for the list as a whole. */
  async plan(caller: Principal, action: Action, context: RequestContext = {}): Promise<VisibilityPlan> {
    this.audit.assertWritable();
    const { answering } = this.live;
    const input: PlanRequest = { ...askedBy(caller, context), action };
    const plan = planUnder(answering, input);
    const under = openOf(answering, input).map(({ id }) => id);
    this.audit.append({
      ...{ kind: 'list', at: input.context.now.getTime() },
      said: {
        ...{ requestId: currentRequestId(), bundle: answering.policy.version, input },
        ...{ allowed: plan.kind !== 'none', ...(under.length > 0 && { under }) },
      },
    });
    return {
      plan,
      matches: (resource) => planMatches(plan, resource),
      matchesAnyName: (resource) => planMatchesAnyName(plan, resource),
    };
  }

  private logged(input: DecisionRequest, decision: Decision): Decision {
    const { allowed, rules, reason, bundleVersion: bundle } = decision;
    this.audit.append({
      ...{ kind: 'decision', at: input.context.now.getTime() },
      said: { requestId: currentRequestId(), bundle, input, allowed, rules, reason },
    });
    return decision;
  }

  /** The policy namespace of an asset known only from events, by the OpenLineage namespaces of all of its names. */
  placeOf(...identityNamespaces: readonly string[]): string {
    return this.live.current.placeOf(...identityNamespaces);
  }
}

/** What the caller brings to a question, as it is asked and logged. */
function askedBy(caller: Principal, context: RequestContext) {
  return {
    ...{ subject: subjectOf(caller), groups: groupsOf(caller), ...(caller.scope && { scope: caller.scope }) },
    context: contextOf(caller, context),
  };
}

function groupsOf(caller: Principal): readonly string[] {
  return heldGroups(caller).map((group) => `group:${group}`);
}

function contextOf(caller: Principal, context: RequestContext): PolicyContext {
  const known = Object.entries({ ...caller.attributes, ...context }).filter(([name]) => isAttribute(name));
  return { ...Object.fromEntries(known), now: new Date() };
}
