import { Args, ID, Int, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { AssetModel } from '../../catalog/index.js';
import { Access, Caller, type Principal } from '../../identity/index.js';
import type { LineageFilterInput } from './graph.model.js';
import type { Grouping } from './grouping.js';
import { GroupsService } from './groups.service.js';
import { LineageGroupingEnum, LineageGroupsModel } from './lineage-groups.model.js';
import { AS_OF, DIRECTION, FILTER } from './look-arguments.js';
import type { LineageDirection } from './traversal.js';

/** Groups of what lies around an asset. Who has an asset in hand may see it. */
@Resolver(() => AssetModel)
export class LineageGroupsResolver {
  constructor(private readonly service: GroupsService) {}

  @Access('governed')
  @ResolveField(() => LineageGroupsModel, {
    description: 'What feeds the asset and what it feeds, in groups.',
  })
  lineageGroups(
    @Caller() caller: Principal,
    @Parent() asset: AssetModel,
    @Args('groupBy', { type: () => LineageGroupingEnum }) groupBy: Grouping,
    @Args('direction', DIRECTION) direction: LineageDirection,
    @Args('depth', { type: () => Int, defaultValue: 20, description: 'Hops, 1–20.' }) depth: number,
    @Args('expand', {
      type: () => [ID],
      nullable: true,
      description:
        'Keys of groups whose nodes are shown singly, 500 at most. What is no group is passed over.',
    })
    expand?: string[],
    @Args('asOf', AS_OF) asOf?: Date,
    @Args('filter', FILTER) filter?: LineageFilterInput,
  ): Promise<LineageGroupsModel> {
    return this.service.groups(caller, asset.id, { groupBy, direction, depth, expand, asOf, filter });
  }
}
