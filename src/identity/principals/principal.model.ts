import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { JsonScalar, pageType } from '../../platform/index.js';
import { type AttributeValue, heldGroups, type PrincipalKind, subjectOf } from './principal.js';
import type { PrincipalEntity } from './principal.entity.js';

export const PrincipalKindEnum = { user: 'user', service: 'service' } as const;
registerEnumType(PrincipalKindEnum, { name: 'PrincipalKind', description: 'A person or a program.' });

@ObjectType('Principal', { description: 'Who can act: a person or a program.' })
export class PrincipalModel {
  @Field(() => ID)
  id!: string;

  @Field(() => PrincipalKindEnum)
  kind!: PrincipalKind;

  @Field(() => String)
  name!: string;

  @Field(() => String, { description: 'The name policy files use: `user:NAME` or `service:NAME`.' })
  subject!: string;

  @Field(() => String)
  displayName!: string;

  @Field(() => JsonScalar, { description: 'What policy conditions may ask of the principal.' })
  attributes!: Record<string, AttributeValue>;

  @Field(() => [String], {
    description:
      'Groups that its identity provider named; `group:NAME` in policy files. Empty once they are too old to count.',
  })
  groups!: readonly string[];

  @Field(() => Date, { nullable: true })
  disabledAt?: Date;
}

/** A principal as it is shown. */
export function toPrincipal(entity: PrincipalEntity): PrincipalModel {
  const { disabledAt, ...rest } = entity;
  return {
    ...rest,
    ...{ subject: subjectOf(entity), groups: heldGroups(entity), disabledAt: disabledAt ?? undefined },
  };
}

export const PrincipalPage = pageType(PrincipalModel, 'PrincipalPage');

@InputType()
export class CreatePrincipalInput {
  @Field(() => PrincipalKindEnum)
  kind!: PrincipalKind;

  @Field(() => String, { description: '1–63 lower-case letters, digits, ".", "_" or "-".' })
  name!: string;

  @Field(() => String, { nullable: true })
  displayName?: string;

  @Field(() => JsonScalar, { nullable: true, description: 'Text, number or boolean by name.' })
  attributes?: Record<string, AttributeValue>;
}
