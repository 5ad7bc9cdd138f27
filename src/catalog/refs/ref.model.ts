import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { pageType } from '../../platform/index.js';
import type { RefType } from './ref.js';

export const RefTypeEnum = { branch: 'branch', tag: 'tag' } as const;
registerEnumType(RefTypeEnum, { name: 'RefType', description: 'A branch moves, a tag stays.' });

@ObjectType('Ref', { description: 'A name for a commit.' })
export class RefModel {
  @Field(() => String)
  name!: string;

  @Field(() => RefTypeEnum)
  type!: RefType;

  @Field(() => ID)
  commitId!: string;

  @Field(() => Boolean, {
    description: 'Moves of a protected branch need the action `merge` beside `write`.',
  })
  isProtected!: boolean;

  @Field(() => Date)
  updatedAt!: Date;
}

export const RefPage = pageType(RefModel, 'RefPage');

@ObjectType('ReflogEntry', { description: 'A move of a ref.' })
export class ReflogEntryModel {
  @Field(() => ID, { nullable: true, description: 'Absent where the ref was made.' })
  fromCommit?: string | null;

  @Field(() => ID, { nullable: true, description: 'Absent where it was deleted.' })
  toCommit?: string | null;

  @Field(() => String, { description: 'Subject.' })
  actor!: string;

  @Field(() => String, { description: 'The operation: commit, merge, revert, cherry-pick, reset …' })
  reason!: string;

  @Field(() => Date)
  at!: Date;
}

export const ReflogPage = pageType(ReflogEntryModel, 'ReflogPage');

@InputType()
export class CreateBranchInput {
  @Field(() => String)
  repository!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String, { description: 'The revision it starts at.' })
  from!: string;
}

@InputType()
export class CreateTagInput {
  @Field(() => String)
  repository!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String)
  revision!: string;
}

@InputType()
export class DeleteBranchInput {
  @Field(() => String)
  repository!: string;

  @Field(() => String)
  name!: string;
}

@InputType()
export class ProtectBranchInput {
  @Field(() => String)
  repository!: string;

  @Field(() => String)
  name!: string;

  @Field(() => Boolean)
  isProtected!: boolean;
}
