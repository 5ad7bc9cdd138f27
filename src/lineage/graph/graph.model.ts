import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { AssetFilterInput, type AssetKind, AssetKindEnum, AssetModel } from '../../catalog/index.js';
import { PageInfo } from '../../platform/index.js';
import type { SeenEdge } from '../edits/edit.js';
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
  /** The edge itself; null where the caller may not see both ends, and of a way through others. */
  seen!: SeenEdge | null;

  @Field(() => ID)
  from!: string;

  @Field(() => ID)
  to!: string;

  @Field(() => Date, {
    description: 'Time of the earliest event that said it; of what people alone say, when they did.',
  })
  firstSeenAt!: Date;

  @Field(() => Date, { description: 'Time of the latest event that said it.' })
  lastSeenAt!: Date;

  @Field(() => Int, { description: 'Assets that are passed through, since a filter leaves them out.' })
  via!: number;
}

@InputType({ description: 'Which assets a graph shows; absent means any. The others are gone through.' })
export class LineageFilterInput extends AssetFilterInput {
  @Field(() => String, {
    nullable: true,
    description:
      'Of jobs: a word of their `jobType` facet, e.g. STREAMING or SPARK. What is no job is not held to it.',
  })
  jobType?: string;

  @Field(() => Date, { nullable: true, description: 'An event named an edge of theirs since then.' })
  seenSince?: Date;
}

@ObjectType('LineageGraph', { description: 'What lies around an asset, or a page of it.' })
export class LineageGraphModel {
  @Field(() => [LineageNodeModel], { description: 'In the order of (distance, id).' })
  nodes!: readonly LineageNodeModel[];

  @Field(() => [LineageEdgeModel], {
    description:
      'Between nodes of this and of earlier pages, each on the page of the later of its nodes. All pages together are the graph.',
  })
  edges!: readonly LineageEdgeModel[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;

  @Field(() => Boolean, {
    description:
      'Whether there is more within the depth: on a further page; on the last one, beyond what was looked at: 1,000,000 assets, 20,000 assets or edges with a filter or while PostgreSQL answers.',
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

  @Field(() => Boolean, { description: 'Whether every job that makes it masks the values.' })
  isMasking!: boolean;
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

@ObjectType('LineageChanges', { description: 'What is there at one instant and not at the other.' })
export class LineageChangesModel {
  @Field(() => [ID], { description: 'Ids of nodes.' })
  nodeIds!: readonly string[];

  @Field(() => [LineageEdgeModel])
  edges!: readonly LineageEdgeModel[];
}

@ObjectType('LineageDifference', { description: 'What differs between two instants.' })
export class LineageDifferenceModel {
  @Field(() => [LineageNodeModel], {
    description: 'All nodes that the changes name, by themselves or in edges.',
  })
  nodes!: readonly LineageNodeModel[];

  @Field(() => LineageChangesModel)
  gained!: LineageChangesModel;

  @Field(() => LineageChangesModel)
  lost!: LineageChangesModel;

  @Field(() => Boolean, { description: 'Whether one of the two graphs was not looked at to its end.' })
  isTruncated!: boolean;
}

@ObjectType('ImpactCount')
export class ImpactCountModel {
  @Field(() => AssetKindEnum)
  kind!: AssetKind;

  @Field(() => Int)
  count!: number;
}

@ObjectType('ImpactedAsset', { description: 'An asset that is downstream, and what leads to it.' })
export class ImpactedAssetModel {
  @Field(() => LineageNodeModel)
  node!: LineageNodeModel;

  @Field(() => LineageNodeModel, { description: 'Its neighbour on a shortest way.' })
  through!: LineageNodeModel;
}

@ObjectType('Impact', {
  description:
    'What is downstream of an asset. What you may not see is gone through, and neither listed nor counted.',
})
export class ImpactModel {
  @Field(() => [ImpactCountModel], { description: 'Of all that were found, by kind.' })
  counts!: readonly ImpactCountModel[];

  @Field(() => [ImpactedAssetModel], { description: 'The nearest first.' })
  assets!: readonly ImpactedAssetModel[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;

  @Field(() => Boolean, {
    description:
      'Whether there is more within the depth than was looked at: 1,000,000 assets, 20,000 assets or edges while PostgreSQL answers.',
  })
  isTruncated!: boolean;
}

@ObjectType('LineagePath', { description: 'A way along which data flows, from its beginning to its end.' })
export class LineagePathModel {
  @Field(() => [LineageNodeModel])
  nodes!: readonly LineageNodeModel[];
}

@ObjectType('LineagePaths')
export class LineagePathsModel {
  @Field(() => [LineagePathModel], { description: 'Ways of the least length.' })
  paths!: readonly LineagePathModel[];

  @Field(() => Boolean, {
    description: 'Whether there are more than 20,000 assets or edges within the depth.',
  })
  isTruncated!: boolean;
}
