import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { type Page, PageArgs } from '../../platform/index.js';
import type { AssetKind } from './asset.js';
import { AssetFilterInput, AssetKindEnum, AssetModel, AssetPage, EditAssetInput } from './asset.model.js';
import { AssetService } from './asset.service.js';

@Resolver(() => AssetModel)
export class AssetResolver {
  constructor(private readonly assets: AssetService) {}

  @Access('governed')
  @Query(() => AssetModel, { description: 'An asset by its id.' })
  asset(@Caller() caller: Principal, @Args('id', { type: () => ID }) id: string): Promise<AssetModel> {
    return this.assets.get(caller, id);
  }

  @Access('governed')
  @Query(() => AssetModel, { description: 'An asset by its OpenLineage name.' })
  assetByName(
    @Caller() caller: Principal,
    @Args('kind', { type: () => AssetKindEnum }) kind: AssetKind,
    @Args('identityNamespace') identityNamespace: string,
    @Args('identityName') identityName: string,
  ): Promise<AssetModel> {
    return this.assets.getByName(caller, kind, identityNamespace, identityName);
  }

  @Access('governed')
  @Query(() => AssetPage, { name: 'assets', description: 'Assets by name; what you may not see is absent.' })
  listAssets(
    @Caller() caller: Principal,
    @Args() page: PageArgs,
    @Args('filter', { nullable: true, type: () => AssetFilterInput }) filter?: AssetFilterInput,
  ): Promise<Page<AssetModel>> {
    return this.assets.list(caller, withoutNulls(filter ?? {}), page);
  }

  @Access('governed')
  @Mutation(() => AssetModel, { description: 'Changes description, owners or classifications.' })
  editAsset(
    @Caller() caller: Principal,
    @Args('id', { type: () => ID }) id: string,
    @Args('input') input: EditAssetInput,
  ): Promise<AssetModel> {
    const { description, ...lists } = input;
    return this.assets.edit(caller, id, {
      ...withoutNulls(lists),
      ...(description === undefined ? {} : { description }),
    });
  }
}

/** GraphQL says null where a client leaves a variable out. */
function withoutNulls<T extends object>(input: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(
    Object.entries(input).filter(([, value]) => value !== null && value !== undefined),
  ) as never;
}
