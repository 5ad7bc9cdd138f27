import { createUnionType, Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { JsonScalar, pageType } from '../../platform/index.js';
import { TreeEntryModel } from '../content/content.model.js';

@ObjectType('Commit', { description: 'A version of all content of a repository.' })
export class CommitModel {
  @Field(() => ID, { description: 'SHA-256 over all that follows, 64 hex digits.' })
  id!: string;

  @Field(() => String, { description: 'SHA-256 of the root of its tree.' })
  tree!: string;

  @Field(() => [ID])
  parents!: readonly string[];

  @Field(() => String, { description: 'Subject, e.g. `user:pia`.' })
  author!: string;

  @Field(() => String)
  committer!: string;

  @Field(() => Date)
  committedAt!: Date;

  @Field(() => String)
  message!: string;

  @Field(() => JsonScalar)
  metadata!: object;
}

export const CommitPage = pageType(CommitModel, 'CommitPage');

@InputType({ description: 'What happens to one path.' })
export class ChangeInput {
  @Field(() => String, { description: '1–1024 bytes, segments joined by "/".' })
  path!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Digest of bytes that were uploaded to this repository.',
  })
  sha256?: string;

  @Field(() => String, { nullable: true, description: 'Media type.' })
  contentType?: string;

  @Field(() => JsonScalar, { nullable: true, description: 'Text by key, up to 32 keys.' })
  metadata?: Record<string, string>;

  @Field(() => Boolean, { nullable: true, description: 'Removes the path.' })
  isDeleted?: boolean;
}

@InputType()
export class CommitInput {
  @Field(() => String)
  repository!: string;

  @Field(() => String)
  branch!: string;

  @Field(() => String)
  message!: string;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'Text by key, kept with the commit and part of its id.',
  })
  metadata?: Record<string, string>;

  @Field(() => ID, {
    nullable: true,
    description: 'Refuse when the branch is not at this commit. Absent: land on whatever is the head.',
  })
  expectedHead?: string;

  @Field(() => [ChangeInput], { description: '1–10,000 changes, each path once.' })
  changes!: ChangeInput[];
}

@InputType()
export class CommitStagedInput {
  @Field(() => String)
  repository!: string;

  @Field(() => String)
  branch!: string;

  @Field(() => String)
  message!: string;

  @Field(() => JsonScalar, { nullable: true, description: 'Text by key, part of the id of the commit.' })
  metadata?: Record<string, string>;

  @Field(() => ID, { nullable: true, description: 'Refuse when the branch is not at this commit.' })
  expectedHead?: string;
}

export const MergeStrategyEnum = { none: 'none', ours: 'ours', theirs: 'theirs' } as const;
registerEnumType(MergeStrategyEnum, {
  name: 'MergeStrategy',
  description:
    "Whose side a conflicting path takes: the target's (ours), the source's (theirs), or none, to be told of it.",
});

@InputType()
export class MergeInput {
  @Field(() => String)
  repository!: string;

  @Field(() => String, { description: 'The revision to merge.' })
  source!: string;

  @Field(() => String, { description: 'The branch to merge into.' })
  target!: string;

  @Field(() => String, { nullable: true })
  message?: string;

  @Field(() => JsonScalar, { nullable: true, description: 'Text by key, part of the id of the commit.' })
  metadata?: Record<string, string>;

  @Field(() => MergeStrategyEnum, { nullable: true })
  strategy?: 'none' | 'ours' | 'theirs';
}

@InputType()
export class PickInput {
  @Field(() => String)
  repository!: string;

  @Field(() => String, { description: 'The branch that gets the new commit.' })
  branch!: string;

  @Field(() => String, { description: 'The commit.' })
  revision!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'Of a merge commit, the parent that its changes are counted from: 1 is what it was merged into.',
  })
  mainline?: number;

  @Field(() => String, { nullable: true })
  message?: string;

  @Field(() => MergeStrategyEnum, { nullable: true })
  strategy?: 'none' | 'ours' | 'theirs';
}

@InputType()
export class ResetBranchInput {
  @Field(() => String)
  repository!: string;

  @Field(() => String)
  branch!: string;

  @Field(() => String, { description: 'Where it goes.' })
  revision!: string;

  @Field(() => ID, { nullable: true, description: 'Refuse when the branch is not at this commit.' })
  expectedHead?: string;
}

@InputType()
export class SetChecksInput {
  @Field(() => String)
  repository!: string;

  @Field(() => JsonScalar, { description: 'Replaces all: see Repository.checks; {} asks for nothing.' })
  checks!: Record<string, unknown>;
}

@ObjectType()
export class Merged {
  @Field(() => CommitModel, { description: 'The head of the branch afterwards.' })
  commit!: CommitModel;

  @Field(() => Boolean, { description: 'The branch held it all already; nothing was written.' })
  isNoop!: boolean;

  @Field(() => Int, { description: 'Files that both sides changed and that were merged row by row.' })
  mergedFiles!: number;

  @Field(() => Int, { description: 'Rows that the target got by that: changed, added or removed.' })
  mergedRows!: number;
}

@ObjectType('RowConflict', { description: 'A row that both sides changed, each in its own way.' })
export class RowConflictModel {
  @Field(() => JsonScalar, { description: 'Its key: values by column.' })
  key!: object;

  @Field(() => [String], { description: 'The columns that differ; none where a side removed the row.' })
  columns!: readonly string[];

  @Field(() => JsonScalar, { nullable: true, description: 'Values as text by column.' })
  base?: object;

  @Field(() => JsonScalar, { nullable: true, description: "The target's; absent where it removed the row." })
  ours?: object;

  @Field(() => JsonScalar, { nullable: true, description: "The source's; absent where it removed the row." })
  theirs?: object;
}

@ObjectType('MergeConflict', {
  description: 'A path that both sides changed since they parted, each in its own way.',
})
export class MergeConflictModel {
  @Field(() => String)
  path!: string;

  @Field(() => String, {
    description:
      'both-modified, both-added, modified-deleted (by ours, by theirs), deleted-modified; row-conflict or schema-conflict of a file that merges by rows.',
  })
  kind!: string;

  @Field(() => TreeEntryModel, { nullable: true })
  base?: TreeEntryModel;

  @Field(() => TreeEntryModel, { nullable: true, description: "The target's." })
  ours?: TreeEntryModel;

  @Field(() => TreeEntryModel, { nullable: true, description: "The source's." })
  theirs?: TreeEntryModel;

  @Field(() => String, { nullable: true, description: 'Why a file with a row key was not merged by rows.' })
  reason?: string;

  @Field(() => [RowConflictModel], { nullable: true, description: 'Of a row-conflict, at most 100.' })
  rows?: readonly RowConflictModel[];

  @Field(() => Int, { nullable: true, description: 'How many rows conflict.' })
  rowCount?: number;
}

@ObjectType({ description: 'Both sides changed the same paths. Nothing was written.' })
export class MergeConflicts {
  @Field(() => [MergeConflictModel], { description: 'By path, at most 1,000.' })
  conflicts!: MergeConflictModel[];

  @Field(() => Int, { description: 'How many there are in all.' })
  total!: number;
}

export const MergeResult = createUnionType({
  name: 'MergeResult',
  types: () => [Merged, MergeConflicts] as const,
  resolveType: (value: object) => ('conflicts' in value ? MergeConflicts : Merged),
});
