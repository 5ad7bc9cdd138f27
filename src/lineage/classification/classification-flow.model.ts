import { Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import { AssetModel } from '../../catalog/index.js';
import { pageType } from '../../platform/index.js';
import { LineageNodeModel } from '../graph/graph.model.js';
import type { DeclassifierKind } from './flow/declassifier.js';

export const DeclassifierKindEnum = { job: 'job', column: 'column', edge: 'edge' } as const;
registerEnumType(DeclassifierKindEnum, {
  name: 'DeclassifierKind',
  description:
    'What a classification does not flow through: a job, an edge between two datasets; or a column that it does not flow into.',
});

@ObjectType('ClassificationStep', {
  description: 'A place on the way of a classification, as you may see it.',
})
export class ClassificationStepModel {
  @Field(() => LineageNodeModel)
  node!: LineageNodeModel;

  @Field(() => String, {
    nullable: true,
    description: 'Null for the asset as a whole; of an opaque node another text.',
  })
  column!: string | null;

  @Field(() => LineageNodeModel, {
    nullable: true,
    description:
      'The job by which it flowed there; null where the way begins, and where people say that data flows.',
  })
  job!: LineageNodeModel | null;
}

@ObjectType('ClassificationPath', {
  description: 'A shortest way of a classification from where it is said to where it is.',
})
export class ClassificationPathModel {
  @Field(() => [ClassificationStepModel])
  steps!: readonly ClassificationStepModel[];
}

@ObjectType('Declassifier', {
  description:
    'Where a classification, and all below it, does not flow on. In force once a second person confirmed it.',
})
export class DeclassifierModel {
  @Field(() => ID)
  id!: string;

  @Field(() => DeclassifierKindEnum)
  kind!: DeclassifierKind;

  @Field(() => AssetModel, { description: 'The job; the asset of the column; where the edge comes from.' })
  asset!: AssetModel;

  @Field(() => String, { description: 'Empty for all columns.' })
  column!: string;

  @Field(() => AssetModel, { nullable: true, description: 'Where the edge goes to.' })
  target!: AssetModel | null;

  @Field(() => String)
  tag!: string;

  @Field(() => String)
  reason!: string;

  @Field(() => String)
  requestedBy!: string;

  @Field(() => Date)
  requestedAt!: Date;

  @Field(() => String, { nullable: true })
  confirmedBy!: string | null;

  @Field(() => Date, { nullable: true })
  confirmedAt!: Date | null;

  @Field(() => String, { nullable: true })
  endedBy!: string | null;

  @Field(() => Date, { nullable: true })
  endedAt!: Date | null;
}

export const DeclassifierPage = pageType(DeclassifierModel, 'DeclassifierPage');
