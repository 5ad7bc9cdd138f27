import { Args, ID, Int, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { AssetModel } from '../../catalog/index.js';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { JsonScalar, type Page, PageArgs } from '../../platform/index.js';
import {
  ColumnLineageGraphModel,
  ImpactModel,
  LineageDifferenceModel,
  type LineageFilterInput,
  LineageGraphModel,
  LineagePathsModel,
} from '../graph/graph.model.js';
import { AroundService } from '../graph/around.service.js';
import { AFTER, AS_OF, DIRECTION, FILTER } from '../graph/look-arguments.js';
import { GraphService } from '../graph/graph.service.js';
import { ImpactService } from '../graph/impact.service.js';
import type { LineageDirection } from '../graph/traversal.js';
import { LineageRunModel, LineageRunPage } from '../runs/run.model.js';
import { RunService } from '../runs/run.service.js';
import { AssetVersionModel, ColumnModel } from './asset-lineage.model.js';
import { AssetLineageService } from './asset-lineage.service.js';

/** What lineage adds to assets. Who has an asset in hand may see it. */
@Resolver(() => AssetModel)
export class AssetLineageResolver {
  constructor(
    private readonly service: AssetLineageService,
    private readonly surroundings: AroundService,
    private readonly graph: GraphService,
    private readonly impacts: ImpactService,
    private readonly runService: RunService,
  ) {}

  @Access('governed')
  @ResolveField(() => [ColumnModel], { description: 'Columns as events tell them.' })
  columns(@Parent() asset: AssetModel): Promise<ColumnModel[]> {
    return this.service.columns(asset.id);
  }

  @Access('governed')
  @ResolveField(() => JsonScalar, {
    description: 'The latest whole facets by name, without those that name what you may not see.',
  })
  facets(@Caller() caller: Principal, @Parent() asset: AssetModel): Promise<object> {
    return this.service.facets(caller, 'asset', asset.id);
  }

  @Access('governed')
  @ResolveField(() => [AssetVersionModel], {
    description: 'Versions that runs read or wrote, the newest first.',
  })
  versions(
    @Parent() asset: AssetModel,
    @Args('first', { type: () => Int, defaultValue: 50, description: '1–200' }) first: number,
  ): Promise<AssetVersionModel[]> {
    return this.service.versions(asset.id, first);
  }

  @Access('governed')
  @ResolveField(() => LineageGraphModel, { description: 'What feeds the asset and what it feeds.' })
  lineage(
    @Caller() caller: Principal,
    @Parent() asset: AssetModel,
    @Args('direction', DIRECTION) direction: LineageDirection,
    @Args('depth', {
      type: () => Int,
      defaultValue: 2,
      description: 'Hops, 1–20; dataset → job → dataset is two.',
    })
    depth: number,
    @Args('first', { type: () => Int, defaultValue: 500, description: 'Nodes of a page at most, 1–5,000.' })
    first: number,
    @Args('asOf', AS_OF) asOf?: Date,
    @Args('filter', FILTER) filter?: LineageFilterInput,
    @Args('after', AFTER) after?: string,
  ): Promise<LineageGraphModel> {
    return this.surroundings.around(caller, asset.id, { direction, depth, first, asOf, filter, after });
  }

  @Access('governed')
  @ResolveField(() => LineageDifferenceModel, {
    description: 'What differs around the asset between two instants.',
  })
  lineageDiff(
    @Caller() caller: Principal,
    @Parent() asset: AssetModel,
    @Args('from', { type: () => Date }) from: Date,
    @Args('to', { type: () => Date, nullable: true, description: 'Default: now.' }) to: Date | undefined,
    @Args('direction', DIRECTION) direction: LineageDirection,
    @Args('depth', { type: () => Int, defaultValue: 2, description: 'Hops, 1–20.' }) depth: number,
    @Args('first', { type: () => Int, defaultValue: 500, description: 'Nodes of each at most, 1–5,000.' })
    first: number,
  ): Promise<LineageDifferenceModel> {
    return this.graph.difference(caller, asset.id, { direction, depth, first, from, to });
  }

  @Access('governed')
  @ResolveField(() => ImpactModel, { description: 'What is downstream of the asset, counted and listed.' })
  impact(
    @Caller() caller: Principal,
    @Parent() asset: AssetModel,
    @Args('depth', { type: () => Int, defaultValue: 20, description: 'Hops, 1–20.' }) depth: number,
    @Args('first', {
      type: () => Int,
      defaultValue: 100,
      description: 'Assets of a page at most, 1–1,000.',
    })
    first: number,
    @Args('asOf', AS_OF) asOf?: Date,
    @Args('filter', FILTER) filter?: LineageFilterInput,
    @Args('after', AFTER) after?: string,
  ): Promise<ImpactModel> {
    return this.impacts.impact(caller, asset.id, { depth, first, asOf, filter, after });
  }

  @Access('governed')
  @ResolveField(() => LineagePathsModel, {
    description: 'The shortest ways along which data flows to another asset.',
  })
  async paths(
    @Caller() caller: Principal,
    @Parent() asset: AssetModel,
    @Args('to', { type: () => ID }) to: string,
    @Args('depth', { type: () => Int, defaultValue: 20, description: 'Hops, 1–20.' }) depth: number,
    @Args('first', { type: () => Int, defaultValue: 5, description: 'Ways at most, 1–50.' }) first: number,
    @Args('asOf', AS_OF) asOf?: Date,
  ): Promise<LineagePathsModel> {
    const { paths, isTruncated } = await this.graph.paths(caller, asset.id, to, { depth, first, asOf });
    return { paths: paths.map((nodes) => ({ nodes })), isTruncated };
  }

  @Access('governed')
  @ResolveField(() => ColumnLineageGraphModel, {
    description: "What the asset's columns follow from, and what follows from them.",
  })
  columnLineage(
    @Caller() caller: Principal,
    @Parent() asset: AssetModel,
    @Args('direction', DIRECTION) direction: LineageDirection,
    @Args('depth', { type: () => Int, defaultValue: 2, description: 'Hops from column to column, 1–20.' })
    depth: number,
    @Args('column', {
      type: () => String,
      nullable: true,
      description: 'One column; all of them when absent.',
    })
    column?: string,
    @Args('asOf', AS_OF) asOf?: Date,
  ): Promise<ColumnLineageGraphModel> {
    return this.graph.columnsAround(caller, asset.id, { direction, depth, column, asOf });
  }

  @Access('governed')
  @ResolveField(() => LineageRunPage, { description: 'Runs of a job, the newest first.' })
  runs(@Parent() asset: AssetModel, @Args() page: PageArgs): Promise<Page<LineageRunModel>> {
    return this.runService.ofJob(asset.id, page);
  }
}
