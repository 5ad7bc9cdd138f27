import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { OperationModel } from '../operations/operation.model.js';
import { ImportInput } from './import.model.js';
import { ImportService } from './import.service.js';

@Resolver()
export class ImportResolver {
  constructor(private readonly imports: ImportService) {}

  @Access('governed')
  @Query(() => [String], { description: 'Places that you may import from without copying.' })
  importSources(@Caller() caller: Principal): Promise<string[]> {
    return this.imports.list(caller);
  }

  @Access('governed')
  @Mutation(() => OperationModel, {
    description:
      'Stages what is at a place that Cairn does not own; the bytes stay there, and are verified when they are read. Its result is `{objects, bytes, skipped}`.',
  })
  startImport(
    @Caller() caller: Principal,
    @Args('input') { prefix, to, ...input }: ImportInput,
  ): Promise<OperationModel> {
    return this.imports.start(caller, { ...input, prefix: prefix ?? undefined, to: to ?? undefined });
  }
}
