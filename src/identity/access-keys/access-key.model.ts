import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { CredentialInput, CredentialModel } from '../access/credential.model.js';

@ObjectType('AccessKey', { description: 'A key that S3 requests are signed by, without its secret.' })
export class AccessKeyModel extends CredentialModel {
  @Field(() => ID, { description: 'What S3 clients call the access key id.' })
  id!: string;

  @Field(() => Date)
  expiresAt!: Date;
}

@ObjectType('CreatedAccessKey', { description: 'A new access key. Its secret is shown now and never again.' })
export class CreatedAccessKeyModel {
  @Field(() => String, { description: 'What S3 clients call the secret access key.' })
  secret!: string;

  @Field(() => AccessKeyModel)
  accessKey!: AccessKeyModel;
}

@InputType()
export class CreateAccessKeyInput extends CredentialInput {}
