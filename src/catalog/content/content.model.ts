import { Field, Float, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { ShownContent } from '../obligations/obliged-content.js';
import { BigIntScalar, JsonScalar, pageType } from '../../platform/index.js';

@ObjectType('TreeEntry', { description: 'The bytes at a path.' })
export class TreeEntryModel {
  @Field(() => String)
  path!: string;

  @Field(() => String)
  sha256!: string;

  @Field(() => BigIntScalar)
  sizeBytes!: number;

  @Field(() => String, { nullable: true })
  contentType?: string;

  @Field(() => JsonScalar, { nullable: true })
  metadata?: object;

  /** Not a field: what the caller gets of the file, where that may not be the file as it is. */
  shown?: ShownContent;
}

export const TreeEntryPage = pageType(TreeEntryModel, 'TreeEntryPage');

@ObjectType('ProfiledColumn')
export class ProfiledColumnModel {
  @Field(() => String)
  name!: string;

  @Field(() => String)
  type!: string;

  @Field(() => Boolean, { nullable: true })
  nullable?: boolean;

  @Field(() => Float, { nullable: true })
  nullCount?: number;

  @Field(() => String, { nullable: true })
  min?: string;

  @Field(() => String, { nullable: true })
  max?: string;

  @Field(() => Float, { nullable: true, description: 'Exact up to 1,023, about ± 3 % above.' })
  distinctEstimate?: number;
}

@ObjectType('ContentProfile', {
  description:
    'What Cairn read of a file: schema, row count, statistics. Read at commit, or when first asked for.',
})
export class ContentProfileModel {
  @Field(() => String, { description: 'csv, json, jsonl, parquet, onnx, safetensors or gguf.' })
  format!: string;

  @Field(() => BigIntScalar, { nullable: true })
  rowCount?: number;

  @Field(() => [ProfiledColumnModel])
  columns!: ProfiledColumnModel[];

  @Field(() => Boolean, {
    description: 'Statistics are of a part of the file, which is too large to read whole.',
  })
  isSampled!: boolean;

  @Field(() => [String], { description: 'What is wrong with the file.' })
  problems!: readonly string[];

  @Field(() => JsonScalar, {
    nullable: true,
    description:
      'Of a model: inputs, outputs and opset of ONNX; parameterCount, tensorCount, tensorTypes, tensors and metadata of safetensors and GGUF.',
  })
  model?: object;
}

export const ChangeTypeEnum = { added: 'added', removed: 'removed', modified: 'modified' } as const;
registerEnumType(ChangeTypeEnum, { name: 'ChangeType' });

@ObjectType('PathChange', { description: 'A path that differs between two revisions.' })
export class PathChangeModel {
  @Field(() => String)
  path!: string;

  @Field(() => ChangeTypeEnum)
  type!: keyof typeof ChangeTypeEnum;

  @Field(() => TreeEntryModel, { nullable: true })
  before?: TreeEntryModel;

  @Field(() => TreeEntryModel, { nullable: true })
  after?: TreeEntryModel;

  /** Not a field: whose row keys tell rows apart. */
  repositoryId!: string;
}

export const PathChangePage = pageType(PathChangeModel, 'PathChangePage');

@ObjectType('ChangedColumn')
export class ChangedColumnModel {
  @Field(() => String)
  name!: string;

  @Field(() => String, { description: 'Its type before.' })
  before!: string;

  @Field(() => String, { description: 'Its type after.' })
  after!: string;
}

@ObjectType('ColumnStatistics', { description: 'What is known of the values of a column.' })
export class ColumnStatisticsModel {
  @Field(() => BigIntScalar, { nullable: true })
  nullCount?: number;

  @Field(() => String, { nullable: true })
  min?: string;

  @Field(() => String, { nullable: true })
  max?: string;

  @Field(() => BigIntScalar, { nullable: true, description: 'Exact up to 1,023, about ± 3 % above.' })
  distinctEstimate?: number;
}

@ObjectType('ChangedStatistics')
export class ChangedStatisticsModel {
  @Field(() => String, { description: 'The column.' })
  name!: string;

  @Field(() => ColumnStatisticsModel)
  before!: ColumnStatisticsModel;

  @Field(() => ColumnStatisticsModel)
  after!: ColumnStatisticsModel;
}

@ObjectType('ProfileChange', { description: 'How schema and row count differ.' })
export class ProfileChangeModel {
  @Field(() => [String])
  addedColumns!: readonly string[];

  @Field(() => [String])
  removedColumns!: readonly string[];

  @Field(() => [ChangedColumnModel])
  changedColumns!: readonly ChangedColumnModel[];

  @Field(() => BigIntScalar, { nullable: true })
  rowCountBefore?: number;

  @Field(() => BigIntScalar, { nullable: true })
  rowCountAfter?: number;

  @Field(() => Boolean, { description: 'A reader of the old schema may fail on the new one.' })
  isBreaking!: boolean;

  @Field(() => [String], { description: 'Why it is breaking, a sentence for each rule that is broken.' })
  reasons!: readonly string[];

  @Field(() => [ChangedStatisticsModel], {
    description: 'Columns on both sides of which counts or extremes differ.',
  })
  statistics!: readonly ChangedStatisticsModel[];
}
