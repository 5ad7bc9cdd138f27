import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { type Page, PageArgs } from '../../platform/index.js';
import { RepositoryModel } from '../repositories/repository.model.js';
import { OperationArgs, OperationModel, OperationPage } from './operation.model.js';
import { OperationService } from './operation.service.js';

@Resolver(() => RepositoryModel)
export class OperationResolver {
  constructor(private readonly operations: OperationService) {}

  @Access('governed')
  @Query(() => OperationModel, { description: 'An operation by its id.' })
  operation(
    @Caller() caller: Principal,
    @Args() { id, waitSeconds }: OperationArgs,
  ): Promise<OperationModel> {
    return this.operations.get(caller, id, waitSeconds);
  }

  @Access('governed')
  @ResolveField('operations', () => OperationPage, { description: 'Long work on it, newest first.' })
  listOperations(
    @Caller() caller: Principal,
    @Parent() repository: RepositoryModel,
    @Args() page: PageArgs,
  ): Promise<Page<OperationModel>> {
    return this.operations.list(caller, repository, page);
  }

  @Access('governed')
  @Mutation(() => OperationModel, {
    description: 'Ends an operation before it is done; nothing of it stays.',
  })
  cancelOperation(
    @Caller() caller: Principal,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<OperationModel> {
    return this.operations.cancel(caller, id);
  }
}
