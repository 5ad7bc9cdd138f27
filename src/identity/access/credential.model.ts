import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';

/** What every credential tells of itself. */
@ObjectType({ isAbstract: true })
export abstract class CredentialModel {
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

  @Field(() => Date, { nullable: true, description: 'To the minute.' })
  lastUsedAt?: Date;

  @Field(() => Date, { nullable: true })
  revokedAt?: Date;
}

/** What every new credential is asked for with. */
@InputType({ isAbstract: true })
export abstract class CredentialInput {
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
