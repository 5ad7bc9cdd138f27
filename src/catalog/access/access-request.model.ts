import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { pageType } from '../../platform/index.js';
import {
  type AccessRequest,
  EMERGENCY_STATES,
  type Emergency,
  emergencyStateOf,
  grantOf,
  policyLinesOf,
  REQUEST_STATES,
  requestStateOf,
} from '../../policy/index.js';

type Enumerated<T extends string> = { readonly [Name in T]: Name };
const enumerated = <T extends string>(names: readonly T[]): Enumerated<T> =>
  Object.fromEntries(names.map((name) => [name, name])) as Enumerated<T>;

export const AccessRequestStateEnum = enumerated(REQUEST_STATES);
registerEnumType(AccessRequestStateEnum, {
  name: 'AccessRequestState',
  description: 'Where a request for access stands. Only one that is granted gives access.',
});
export const EmergencyStateEnum = enumerated(EMERGENCY_STATES);
registerEnumType(EmergencyStateEnum, {
  name: 'EmergencyState',
  description: 'Where an emergency stands: one that has ended waits for its review.',
});

@ObjectType({ isAbstract: true })
class OnTarget {
  @Field(() => String)
  namespace!: string;

  @Field(() => String, { nullable: true, description: 'Null, with the name, for the whole namespace.' })
  kind!: string | null;

  @Field(() => String, { nullable: true })
  name!: string | null;

  @Field(() => [String])
  actions!: readonly string[];

  @Field(() => String)
  reason!: string;
}

@ObjectType('AccessRequest', { description: 'A request for access, with what came of it.' })
export class AccessRequestModel extends OnTarget {
  @Field(() => ID, { description: 'What decisions name the grant by: `GRANT-12`.' })
  id!: string;

  @Field(() => AccessRequestStateEnum)
  state!: string;

  @Field(() => String, { description: 'Subject of who asks.' })
  requester!: string;

  @Field(() => String, { nullable: true, description: 'The role that was asked for, instead of actions.' })
  role!: string | null;

  @Field(() => Date)
  wantedUntil!: Date;

  @Field(() => Date)
  createdAt!: Date;

  @Field(() => Date, { nullable: true })
  decidedAt!: Date | null;

  @Field(() => String, { nullable: true })
  decidedBy!: string | null;

  @Field(() => String, { nullable: true })
  decisionReason!: string | null;

  @Field(() => Date, { nullable: true, description: 'When the grant ends by itself.' })
  grantedUntil!: Date | null;

  @Field(() => Date, { nullable: true })
  revokedAt!: Date | null;

  @Field(() => String, { nullable: true })
  revokedBy!: string | null;

  @Field(() => String, { nullable: true })
  revocationReason!: string | null;

  @Field(() => [String], { description: 'What you may do with it now: approve, deny, withdraw, revoke.' })
  steps!: readonly string[];

  @Field(() => [String], {
    description: 'What is granted now, as lines of a policy file; none when nothing is.',
  })
  policyLines!: readonly string[];
}

export const AccessRequestPage = pageType(AccessRequestModel, 'AccessRequestPage');

/** A request as it is shown. @param steps what its reader may do with it */
export function toAccessRequest(request: AccessRequest, steps: readonly string[]): AccessRequestModel {
  const state = requestStateOf(request, new Date());
  const grant = state === 'granted' ? grantOf(request) : undefined;
  return {
    ...{ ...request, id: `GRANT-${request.id}`, state, steps },
    policyLines: grant === undefined ? [] : policyLinesOf(grant),
  };
}

@ObjectType('Emergency', {
  description: 'A time in which rules that wait for an emergency hold for somebody.',
})
export class EmergencyModel extends OnTarget {
  @Field(() => ID, { description: 'What decisions name it by: `EMERGENCY-7`.' })
  id!: string;

  @Field(() => EmergencyStateEnum)
  state!: string;

  @Field(() => String, { description: 'Who declared it.' })
  subject!: string;

  @Field(() => [String], { description: 'What you may do with it now: end, review.' })
  steps!: readonly string[];

  @Field(() => Date)
  openedAt!: Date;

  @Field(() => Date, { description: 'When it ends by itself.' })
  until!: Date;

  @Field(() => Date, { nullable: true, description: 'When it was ended before that.' })
  closedAt!: Date | null;

  @Field(() => String, { nullable: true })
  closedBy!: string | null;

  @Field(() => Date, { nullable: true })
  reviewedAt!: Date | null;

  @Field(() => String, { nullable: true })
  reviewedBy!: string | null;

  @Field(() => String, { nullable: true })
  review!: string | null;
}

export const EmergencyPage = pageType(EmergencyModel, 'EmergencyPage');

/** An emergency as it is shown. @param steps what its reader may do with it */
export function toEmergency(emergency: Emergency, steps: readonly string[]): EmergencyModel {
  return {
    ...{ ...emergency, id: `EMERGENCY-${emergency.id}`, steps },
    state: emergencyStateOf(emergency, new Date()),
  };
}

@InputType({ isAbstract: true })
class TargetInput {
  @Field(() => ID, { nullable: true, description: 'An asset.' })
  assetId?: string;

  @Field(() => String, {
    nullable: true,
    description: 'Or a namespace that the policy files declare, with all below it.',
  })
  namespace?: string;

  @Field(() => String, { description: '1–2,000 characters.' })
  reason!: string;
}

@InputType()
export class RequestAccessInput extends TargetInput {
  @Field(() => [String], { nullable: true, description: 'E.g. `read`. All but `administer`.' })
  actions?: string[];

  @Field(() => String, { nullable: true, description: 'Or a role of the policy files, in a namespace.' })
  role?: string;

  @Field(() => Date, { description: 'When it is to end: within CAIRN_GRANT_MAX_DAYS.' })
  until!: Date;
}

@InputType()
export class BreakGlassInput extends TargetInput {
  @Field(() => [String])
  actions!: string[];

  @Field(() => Number, { description: 'A whole number, 1–240.' })
  minutes!: number;
}
