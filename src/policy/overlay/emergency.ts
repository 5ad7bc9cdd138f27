import type { Bundle } from '../bundle/bundle.js';
import type { CompiledPolicy } from '../decision/compiled-policy.js';
import type { Decision, DecisionRequest } from '../decision/decision.js';
import { permitOf } from '../decision/permit.js';
import { isWithin } from '../decision/scope.js';
import type { PlanRequest } from '../plan/build-plan.js';
import { allOf, anyOf, namespaceIn, not } from '../plan/combine.js';
import type { Plan } from '../plan/plan.js';
import { type Action, ROOT_NAMESPACE } from '../vocabulary.js';
import { exactly, type Target } from './target.js';

/** A time in which somebody has declared an emergency: rules whose condition asks for `emergency` hold for them there. */
export interface OpenEmergency {
  /** `EMERGENCY-7`: what decisions name it by. */
  readonly id: string;
  readonly subject: string;
  readonly target: Target;
  readonly actions: readonly Action[];
  readonly from: Date;
  /** Not included. */
  readonly until: Date;
}

/** What policy answers from: the rules, those granted among them, and which emergencies are declared. */
export interface Answering {
  readonly policy: CompiledPolicy;
  readonly emergencies: readonly OpenEmergency[];
}

/** The emergencies that cover a request. */
export function emergenciesOver(
  { policy, emergencies }: Answering,
  request: DecisionRequest,
): readonly OpenEmergency[] {
  return emergencies.filter(
    (emergency) => isOpen(emergency, request) && covers(emergency.target, request, policy.bundle),
  );
}

/** The request with what is known of emergencies, as it is answered and recorded; what callers say of them does not count. */
export function askedUnder(answering: Answering, request: DecisionRequest): DecisionRequest {
  return withEmergency(request, emergenciesOver(answering, request).length > 0);
}

/** Names the emergencies under which it decides. */
export function decideUnder(answering: Answering, request: DecisionRequest): Decision {
  return named(answering.policy.decide(askedUnder(answering, request)), answering, request);
}

/** {@link permitOf}, as {@link decideUnder} decides. */
export function permitUnder(answering: Answering, request: DecisionRequest): ReturnType<typeof permitOf> {
  const { decision, permit } = permitOf(answering.policy, askedUnder(answering, request));
  return { decision: named(decision, answering, request), permit };
}

/** The rows for which {@link decideUnder} allows. */
export function planUnder({ policy, emergencies }: Answering, request: PlanRequest): Plan {
  const open = emergencies.filter((emergency) => isOpen(emergency, request));
  const usual = policy.plan(withEmergency(request, false));
  if (open.length === 0) return usual;
  const where = anyOf(open.map(({ target }) => targetPlan(target, policy.bundle)));
  return anyOf([allOf([where, policy.plan(withEmergency(request, true))]), allOf([not(where), usual])]);
}

/** The emergencies of the subject for this action now, wherever they are. */
export function openOf({ emergencies }: Answering, request: PlanRequest): readonly OpenEmergency[] {
  return emergencies.filter((emergency) => isOpen(emergency, request));
}

function named(decision: Decision, answering: Answering, request: DecisionRequest): Decision {
  const ids = emergenciesOver(answering, request).map(({ id }) => id);
  if (ids.length === 0) return decision;
  return {
    ...decision,
    rules: [...decision.rules, ...ids],
    reason: `${decision.reason}, under ${ids.join(' and ')}`,
  };
}

function isOpen({ subject, actions, from, until }: OpenEmergency, request: PlanRequest): boolean {
  const { now } = request.context;
  return subject === request.subject && actions.includes(request.action) && now >= from && now < until;
}

function covers(
  { namespace, kind, name }: Target,
  request: Pick<DecisionRequest, 'namespace' | 'kind' | 'name'>,
  { namespaces }: Bundle,
): boolean {
  if (!isWithin([namespace], request.namespace, namespaces)) return false;
  return kind === null || (kind === request.kind && name === request.name);
}

function targetPlan({ namespace, kind, name }: Target, { namespaces }: Bundle): Plan {
  const place: Plan =
    namespace === ROOT_NAMESPACE ? { kind: 'all' } : namespaceIn(namespaces.withDescendants(namespace));
  if (kind === null || name === null) return place;
  return allOf([place, { kind: 'kindIs', value: kind }, { kind: 'nameGlob', glob: exactly(name) }]);
}

function withEmergency<R extends PlanRequest>(request: R, emergency: boolean): R {
  return { ...request, context: { ...request.context, emergency } };
}
