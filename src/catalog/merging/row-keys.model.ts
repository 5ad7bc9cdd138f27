import { Field, InputType, ObjectType } from '@nestjs/graphql';

@ObjectType('RowKeyRule', { description: 'How the rows of files at some paths are told apart.' })
export class RowKeyRuleModel {
  @Field(() => String, {
    description:
      'With a slash matched against the whole path, else against the name of the file: `*.csv`, `data/**`.',
  })
  pattern!: string;

  @Field(() => [String], { description: 'The columns of the key, in order.' })
  columns!: readonly string[];

  @Field(() => Boolean, {
    description: 'Files without a key, where sides that only appended rows merge by keeping both appends.',
  })
  isAppendOnly!: boolean;
}

@InputType()
export class RowKeyRuleInput {
  @Field(() => String, {
    description: 'At most 512 characters; `*` is any text without a slash, `**` any text.',
  })
  pattern!: string;

  @Field(() => [String], { nullable: true, description: '1–16 columns. Absent with isAppendOnly.' })
  columns?: string[];

  @Field(() => Boolean, { nullable: true })
  isAppendOnly?: boolean;
}

@InputType()
export class SetRowKeysInput {
  @Field(() => String)
  repository!: string;

  @Field(() => [RowKeyRuleInput], {
    description: 'At most 100; of several that match a path the first counts.',
  })
  rules!: RowKeyRuleInput[];
}
