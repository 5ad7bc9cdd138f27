import { Field, InputType, ObjectType } from '@nestjs/graphql';
import { pageType } from '../../platform/index.js';
import { ChangeInput } from '../commits/commit.model.js';
import { PathChangeModel } from '../content/content.model.js';

@InputType()
export class StageInput {
  @Field(() => String)
  repository!: string;

  @Field(() => String)
  branch!: string;

  @Field(() => [ChangeInput], { description: '1–10,000 changes, each path once.' })
  changes!: ChangeInput[];
}

@InputType()
export class DiscardStagedInput {
  @Field(() => String)
  repository!: string;

  @Field(() => String)
  branch!: string;

  @Field(() => [String], { nullable: true, description: 'Up to 10,000; all when absent.' })
  paths?: string[];
}

@ObjectType('StagedChange', { description: 'What a path of a branch becomes with the next commit.' })
export class StagedChangeModel extends PathChangeModel {
  @Field(() => String, { description: 'Subject.' })
  stagedBy!: string;

  @Field(() => Date)
  stagedAt!: Date;
}

export const StagedChangePage = pageType(StagedChangeModel, 'StagedChangePage');
