import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';

@ObjectType('AccessKey', { description: 'A key that S3 requests are signed by, without its secret.' })
export class AccessKeyModel {
  @Field(() => ID, { description: 'What S3 clients call the access key id.' })
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

  @Field(() => Date)
  expiresAt!: Date;

  @Field(() => Date, { nullable: true, description: 'To the minute.' })
  lastUsedAt?: Date;

  @Field(() => Date, { nullable: true })
  revokedAt?: Date;
}

@ObjectType('CreatedAccessKey', { description: 'A new access key. Its secret is shown now and never again.' })
export class CreatedAccessKeyModel {
  @Field(() => String, { description: 'What S3 clients call the secret access key.' })
  secret!: string;

  @Field(() => AccessKeyModel)
  accessKey!: AccessKeyModel;
}

@InputType()
export class CreateAccessKeyInput {
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
