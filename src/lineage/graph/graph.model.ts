import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { AssetModel } from '../../catalog/index.js';
import type { Transformation } from '../projection/facts.js';

export const LineageDirectionEnum = { upstream: 'upstream', downstream: 'downstream', both: 'both' } as const;
registerEnumType(LineageDirectionEnum, {
  name: 'LineageDirection',
  description: 'Which way to look: `upstream` to what feeds an asset, `downstream` to what it feeds.',
});

export const TransformationEnum = { direct: 'direct', indirect: 'indirect' } as const;
registerEnumType(TransformationEnum, {
  name: 'ColumnTransformation',
  description:
    '`direct`: values follow from values. `indirect`: which rows there are follows from values (filters, joins, sorting).',
});

@ObjectType('LineageNode', {
  description: 'An asset in a graph. What you may not see is opaque: connected, and nothing else.',
})
export class LineageNodeModel {
  @Field(() => ID, { description: "The asset's id; of an opaque node another one that stands for it." })
  id!: string;

  @Field(() => AssetModel, { nullable: true, description: 'Null for an opaque node.' })
  asset?: AssetModel | null;

  @Field(() => Int, { description: 'Hops from where the look began.' })
  distance!: number;

  @Field(() => Boolean)
  isOpaque!: boolean;
}

@ObjectType('LineageEdge', { description: 'Data flows from `from` to `to`: dataset → job or job → dataset.' })
export class LineageEdgeModel {
  @Field(() => ID)
  from!: string;

  @Field(() => ID)
  to!: string;

  @Field(() => Date, { description: 'Time of the earliest event that said it.' })
  firstSeenAt!: Date;

  @Field(() => Date, { description: 'Time of the latest event that said it.' })
  lastSeenAt!: Date;
}

@ObjectType('LineageGraph', { description: 'What lies around an asset.' })
export class LineageGraphModel {
  @Field(() => [LineageNodeModel], { description: 'In the order of (distance, id).' })
  nodes!: readonly LineageNodeModel[];

  @Field(() => [LineageEdgeModel])
  edges!: readonly LineageEdgeModel[];

  @Field(() => Boolean, {
    description: 'Whether there is more within the depth than `first` nodes or 20,000 edges.',
  })
  isTruncated!: boolean;
}

@ObjectType('ColumnEdge', { description: 'A column follows from another.' })
export class ColumnEdgeModel {
  @Field(() => LineageNodeModel)
  fromAsset!: LineageNodeModel;

  @Field(() => String, { description: "Of an opaque node another text that stands for the column's name." })
  fromColumn!: string;

  @Field(() => LineageNodeModel)
  toAsset!: LineageNodeModel;

  @Field(() => String, { description: '`*` where the whole dataset is influenced.' })
  toColumn!: string;

  @Field(() => TransformationEnum)
  transformation!: Transformation;
}

@ObjectType('ColumnLineageGraph', { description: 'What lies around columns.' })
export class ColumnLineageGraphModel {
  @Field(() => [ColumnEdgeModel])
  edges!: readonly ColumnEdgeModel[];

  @Field(() => Boolean, {
    description: 'Whether there is more within the depth than 2,000 columns or 5,000 edges.',
  })
  isTruncated!: boolean;
}
