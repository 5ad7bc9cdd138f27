import { Inject } from '@nestjs/common';
import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { AssetModel, AssetService } from '../../catalog/index.js';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { CONFIG, type Config, type Page, PageArgs } from '../../platform/index.js';
import { OwnServer } from '../emission/index.js';
import { DeployEndpointInput, EndpointModel, EndpointPage, EndpointRevisionModel } from './endpoint.model.js';
import { EndpointService } from './endpoint.service.js';

@Resolver(() => EndpointModel)
export class EndpointResolver {
  constructor(
    private readonly service: EndpointService,
    private readonly assets: AssetService,
    private readonly server: OwnServer,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Access('governed')
  @Query(() => EndpointModel, { description: 'An endpoint by its name.' })
  endpoint(@Caller() caller: Principal, @Args('name') name: string): Promise<EndpointModel> {
    return this.service.get(caller, name);
  }

  @Access('governed')
  @Query(() => EndpointPage, { name: 'endpoints', description: 'By name; what you may not see is absent.' })
  listEndpoints(@Caller() caller: Principal, @Args() page: PageArgs): Promise<Page<EndpointModel>> {
    return this.service.list(caller, page);
  }

  @Access('governed')
  @Mutation(() => EndpointModel, {
    description: 'Serves a model version under a name. The version before answers until the new one does.',
  })
  deployEndpoint(
    @Caller() caller: Principal,
    @Args('input') { path, ...input }: DeployEndpointInput,
  ): Promise<EndpointModel> {
    return this.service.deploy(caller, { ...input, path: path ?? undefined });
  }

  @Access('governed')
  @Mutation(() => EndpointModel, {
    description: 'Ends the serving of a name, after what was asked is answered.',
  })
  stopEndpoint(@Caller() caller: Principal, @Args('name') name: string): Promise<EndpointModel> {
    return this.service.stop(caller, name);
  }

  @Access('governed')
  @ResolveField(() => AssetModel)
  asset(@Caller() caller: Principal, @Parent() { assetId }: EndpointModel): Promise<AssetModel> {
    return this.assets.get(caller, assetId);
  }

  @Access('governed')
  @ResolveField(() => String, {
    nullable: true,
    description: 'Where it answers, by the Open Inference Protocol; null while it does not.',
  })
  async url(@Parent() { name, observed }: EndpointModel): Promise<string | null> {
    if (observed !== 'ready') return null;
    return `${this.config.CAIRN_PUBLIC_URL ?? (await this.server.url())}/v2/models/${name}`;
  }

  @Access('governed')
  @ResolveField(() => EndpointRevisionModel, {
    nullable: true,
    description: 'The revision that is wanted; null when you may not see its model.',
  })
  async revision(
    @Caller() caller: Principal,
    @Parent() { revision }: EndpointModel,
  ): Promise<EndpointRevisionModel | null> {
    return (await this.service.visibleRevisions(caller, [revision])).has(revision.number) ? revision : null;
  }

  @Access('governed')
  @ResolveField(() => [EndpointRevisionModel], {
    description: 'The newest first, at most 100; those whose model you may not see are absent.',
  })
  async revisions(
    @Caller() caller: Principal,
    @Parent() { name }: EndpointModel,
  ): Promise<readonly EndpointRevisionModel[]> {
    const revisions = await this.service.revisions(name);
    const visible = await this.service.visibleRevisions(caller, revisions);
    return revisions.filter(({ number }) => visible.has(number));
  }
}
