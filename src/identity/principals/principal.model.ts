import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { JsonScalar, pageType } from '../../platform/index.js';
import type { AttributeValue, PrincipalKind } from './principal.js';

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

  @Field(() => Date, { nullable: true })
  disabledAt?: Date;
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
