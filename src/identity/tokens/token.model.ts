import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';

@ObjectType('ApiToken', { description: 'A token without its secret.' })
export class ApiTokenModel {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  label!: string;

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
}
