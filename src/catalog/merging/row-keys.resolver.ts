import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { RepositoryModel } from '../repositories/repository.model.js';
import { RowKeyRuleModel, SetRowKeysInput } from './row-keys.model.js';
import { RowKeysService } from './row-keys.service.js';

@Resolver(() => RepositoryModel)
export class RowKeysResolver {
  constructor(private readonly service: RowKeysService) {}

  @Access('governed')
  @ResolveField(() => [RowKeyRuleModel], {
    description: 'By which keys files merge row by row; other files merge as wholes.',
  })
  rowKeys(@Parent() repository: RepositoryModel): Promise<RowKeyRuleModel[]> {
    return this.service.list(repository);
  }

  @Access('governed')
  @Mutation(() => RepositoryModel, { description: 'Replaces the row keys of a repository.' })
  setRowKeys(
    @Caller() caller: Principal,
    @Args('input') { repository, rules }: SetRowKeysInput,
  ): Promise<RepositoryModel> {
    return this.service.set(caller, {
      repository,
      rules: rules.map(({ pattern, columns, isAppendOnly }) => ({
        pattern,
        columns: columns ?? undefined,
        isAppendOnly: isAppendOnly ?? undefined,
      })),
    });
  }
}
