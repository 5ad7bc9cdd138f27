import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';

@ObjectType('ApiToken', { description: 'A token without its secret.' })
export class ApiTokenModel {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  label!: string;

  @Field(() => [String], {
    nullable: true,
    description: 'Namespaces that it is for, with all below them; null for all.',
  })
  namespaces?: readonly string[];

  @Field(() => [String], { nullable: true, description: 'Actions that it is for; null for all.' })
  actions?: readonly string[];

  @Field(() => Date)
  createdAt!: Date;

  @Field(() => Date, { nullable: true })
  expiresAt?: Date;

  @Field(() => Date, { nullable: true, description: 'To the minute.' })
  lastUsedAt?: Date;

  @Field(() => Date, { nullable: true })
  revokedAt?: Date;
}

@ObjectType('IssuedToken', { description: 'A new token. Its secret is shown now and never again.' })
export class IssuedTokenModel {
  @Field(() => String, { description: 'Send it as `Authorization: Bearer SECRET`.' })
  secret!: string;

  @Field(() => ApiTokenModel)
  token!: ApiTokenModel;
}

@InputType()
export class IssueTokenInput {
  @Field(() => String, { description: 'For whom: `user:NAME` or `service:NAME`.' })
  subject!: string;

  @Field(() => String, { description: 'What it is for, 1–100 characters.' })
  label!: string;

  @Field(() => Int, { nullable: true, description: '1–366; 90 when absent.' })
  expiresInDays?: number;

  @Field(() => [String], {
    nullable: true,
    description:
      'Namespaces that it is for, with all below them, 1–50; those of your own credential when absent.',
  })
  namespaces?: string[];

  @Field(() => [String], {
    nullable: true,
    description: 'Actions that it is for, e.g. `read`; those of your own credential when absent.',
  })
  actions?: string[];
}
