import { Args, ID, Int, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { AssetModel, ClassificationModel } from '../../catalog/index.js';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { type Page, PageArgs } from '../../platform/index.js';
import {
  ClassificationPathModel,
  DeclassifierKindEnum,
  DeclassifierModel,
  DeclassifierPage,
} from './classification-flow.model.js';
import { ClassificationFlowService } from './classification-flow.service.js';
import { DeclassifierService } from './declassifier.service.js';
import type { DeclassifierKind } from './flow/declassifier.js';

const COLUMN = {
  type: () => String,
  nullable: true,
  description: 'Absent for the asset as a whole.',
} as const;

/** What lineage adds to classifications of assets: those that flow, and where they do not. */
@Resolver(() => AssetModel)
export class ClassificationFlowResolver {
  constructor(
    private readonly flows: ClassificationFlowService,
    private readonly declassifiers: DeclassifierService,
  ) {}

  @Access('governed')
  @ResolveField(() => [ClassificationModel], {
    description:
      'What each origin says of the asset and its columns, whether it counts or not. `tags` is what counts.',
  })
  classifications(@Caller() caller: Principal, @Parent() asset: AssetModel): Promise<ClassificationModel[]> {
    return this.flows.list(caller, asset.id);
  }

  @Access('governed')
  @ResolveField(() => [ClassificationPathModel], {
    description:
      'By which ways a classification flowed here: a shortest one from each place where it is said, nearest first.',
  })
  async classificationPaths(
    @Caller() caller: Principal,
    @Parent() asset: AssetModel,
    @Args('tag') tag: string,
    @Args('column', COLUMN) column?: string,
    @Args('first', { type: () => Int, defaultValue: 5, description: '1–20' }) first = 5,
  ): Promise<ClassificationPathModel[]> {
    const paths = await this.flows.paths(caller, asset.id, { tag, column, first });
    return paths.map((steps) => ({ steps }));
  }

  @Access('governed')
  @Mutation(() => AssetModel, {
    description:
      'Lets scanners look at an asset: at values of its content, 200 files at most; at the names of columns where the content is elsewhere. You must be allowed to `manage` it.',
  })
  scanAsset(@Caller() caller: Principal, @Args('id', { type: () => ID }) id: string): Promise<AssetModel> {
    return this.flows.scan(caller, id);
  }

  @Access('governed')
  @Query(() => DeclassifierPage, {
    name: 'declassifiers',
    description:
      'Where classifications do not flow on: the latest first, ended ones last; those about what you may not see are absent.',
  })
  list(
    @Caller() caller: Principal,
    @Args() page: PageArgs,
    @Args('assetId', { type: () => ID, nullable: true }) assetId?: string,
  ): Promise<Page<DeclassifierModel>> {
    return this.declassifiers.list(caller, page, assetId);
  }

  @Access('governed')
  @Mutation(() => DeclassifierModel, {
    description:
      'Asks that a classification flow no further here. Nothing changes before a second person confirms it.',
  })
  requestDeclassifier(
    @Caller() caller: Principal,
    @Args('kind', { type: () => DeclassifierKindEnum }) kind: DeclassifierKind,
    @Args('assetId', {
      type: () => ID,
      description: 'The job; the asset of the column; where the edge comes from.',
    })
    assetId: string,
    @Args('tag') tag: string,
    @Args('reason', { description: '1–2,000 characters.' }) reason: string,
    @Args('column', COLUMN) column?: string,
    @Args('targetId', { type: () => ID, nullable: true, description: 'Where the edge goes to.' })
    targetId?: string,
  ): Promise<DeclassifierModel> {
    return this.declassifiers.request(caller, assetId, { kind, tag, column, targetId, reason });
  }

  @Access('governed')
  @Mutation(() => DeclassifierModel, {
    description:
      'Puts a declassifier in force that another person asked for. You must be allowed to `manage` all that it is about.',
  })
  confirmDeclassifier(
    @Caller() caller: Principal,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<DeclassifierModel> {
    return this.declassifiers.confirm(caller, id);
  }

  @Access('governed')
  @Mutation(() => DeclassifierModel, { description: 'Ends a declassifier, or takes a request back.' })
  endDeclassifier(
    @Caller() caller: Principal,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<DeclassifierModel> {
    return this.declassifiers.end(caller, id);
  }
}
