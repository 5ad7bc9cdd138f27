import { Field, InputType } from '@nestjs/graphql';

@InputType()
export class ImportInput {
  @Field(() => String)
  repository!: string;

  @Field(() => String, { description: 'The branch it is staged on.' })
  branch!: string;

  @Field(() => String, { description: 'One of importSources.' })
  source!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Only what starts with it; it is cut off. All when absent.',
  })
  prefix?: string;

  @Field(() => String, { nullable: true, description: 'What paths start with instead.' })
  to?: string;
}
