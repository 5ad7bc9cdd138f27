import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { ImpactCountModel, LineageNodeModel } from './graph.model.js';
import type { Grouping } from './grouping.js';

export const LineageGroupingEnum = {
  namespace: 'namespace',
  schema: 'schema',
  jobParent: 'jobParent',
} as const satisfies Record<Grouping, Grouping>;
registerEnumType(LineageGroupingEnum, {
  name: 'LineageGrouping',
  description:
    '`namespace`: that of the identity. `schema`: that and the name up to its last part. `jobParent`: jobs by the job of the run that their newest run names as its parent; what has no parent by namespace.',
});

@ObjectType('LineageGroup', { description: 'Nodes that are drawn as one: all that you may see of them.' })
export class LineageGroupModel {
  @Field(() => ID, { description: 'The same each time; give it as `expand` to see the nodes.' })
  key!: string;

  @Field(() => String)
  label!: string;

  @Field(() => [ImpactCountModel], { description: 'Of all of its nodes, by kind.' })
  counts!: readonly ImpactCountModel[];

  @Field(() => Int, { description: 'Hops to the nearest of its nodes.' })
  nearest!: number;

  @Field(() => Int, { description: 'Hops to the farthest of its nodes.' })
  farthest!: number;

  @Field(() => Boolean)
  isExpanded!: boolean;

  @Field(() => [LineageNodeModel], {
    description: 'Those that are shown singly, since the group is expanded: of all groups the nearest 5,000.',
  })
  nodes!: readonly LineageNodeModel[];
}

@ObjectType('LineageGroupEdge', { description: 'Edges between two groups or nodes.' })
export class LineageGroupEdgeModel {
  @Field(() => ID, { description: "A group's key, or the id of a node that is shown singly." })
  from!: string;

  @Field(() => ID, { description: 'The same as `from` for edges within a group.' })
  to!: string;

  @Field(() => Int)
  count!: number;
}

@ObjectType('LineageGroups', {
  description:
    'What lies around an asset, in groups. What you may not see is gone through, as what a filter leaves out is.',
})
export class LineageGroupsModel {
  @Field(() => LineageNodeModel, { description: 'The asset itself, which is in no group.' })
  start!: LineageNodeModel;

  @Field(() => [LineageGroupModel], { description: 'The nearest first.' })
  groups!: readonly LineageGroupModel[];

  @Field(() => [LineageGroupEdgeModel])
  edges!: readonly LineageGroupEdgeModel[];

  @Field(() => Boolean, {
    description: 'Whether there is more within the depth than 20,000 assets or 100,000 edges.',
  })
  isTruncated!: boolean;
}
