import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { CredentialInput, CredentialModel } from '../access/credential.model.js';

@ObjectType('ApiToken', { description: 'A token without its secret.' })
export class ApiTokenModel extends CredentialModel {
  @Field(() => ID)
  id!: string;

  @Field(() => Date, { nullable: true })
  expiresAt?: Date;
}

@ObjectType('IssuedToken', { description: 'A new token. Its secret is shown now and never again.' })
export class IssuedTokenModel {
  @Field(() => String, { description: 'Send it as `Authorization: Bearer SECRET`.' })
  secret!: string;

  @Field(() => ApiTokenModel)
  token!: ApiTokenModel;
}

@InputType()
export class IssueTokenInput extends CredentialInput {
  @Field(() => String, { description: 'For whom: `user:NAME` or `service:NAME`.' })
  subject!: string;
}
