import { Args, Int, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { AssetModel } from '../../catalog/index.js';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { AliasService } from './alias.service.js';
import { AssetAliasModel } from './rules/rule.model.js';

/** The other names of an asset. Who has the asset in hand may see it. */
@Resolver(() => AssetModel)
export class AliasResolver {
  constructor(private readonly service: AliasService) {}

  @Access('governed')
  @ResolveField(() => [AssetAliasModel], {
    description: 'Other names of the asset, those of the latest first; without those that you may not see.',
  })
  aliases(
    @Caller() caller: Principal,
    @Parent() asset: AssetModel,
    @Args('first', { type: () => Int, defaultValue: 50, description: '1–200' }) first: number,
  ): Promise<AssetAliasModel[]> {
    return this.service.aliases(caller, asset.id, first);
  }
}
