import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { type Page, PageArgs } from '../../platform/index.js';
import { OperationModel } from '../operations/operation.model.js';
import { GarbageCollectionModel, GarbageCollectionPage } from './gc.model.js';
import { GcService } from './gc.service.js';

@Resolver()
export class GcResolver {
  constructor(private readonly collections: GcService) {}

  @Access('governed')
  @Query(() => GarbageCollectionPage, {
    description: 'Garbage collections, newest first; for administrators.',
  })
  garbageCollections(
    @Caller() caller: Principal,
    @Args() page: PageArgs,
  ): Promise<Page<GarbageCollectionModel>> {
    return this.collections.list(caller, page);
  }

  @Access('governed')
  @Mutation(() => OperationModel, {
    description:
      'Condemns objects that nothing reaches, and removes those that were condemned before the undo time; for administrators. The result of the operation counts them.',
  })
  startGarbageCollection(
    @Caller() caller: Principal,
    @Args('isDryRun', {
      type: () => Boolean,
      defaultValue: false,
      description: 'Changes nothing, and says what would be.',
    })
    isDryRun: boolean,
  ): Promise<OperationModel> {
    return this.collections.start(caller, isDryRun);
  }

  @Access('governed')
  @Mutation(() => GarbageCollectionModel, {
    description:
      'Takes back what a collection condemned, as long as none of it is removed; for administrators.',
  })
  undoGarbageCollection(
    @Caller() caller: Principal,
    @Args('id', { type: () => ID, description: "The operation's." }) id: string,
  ): Promise<GarbageCollectionModel> {
    return this.collections.undo(caller, id);
  }
}
