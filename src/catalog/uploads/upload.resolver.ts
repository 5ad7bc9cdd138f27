import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { PreparedUploadModel, UploadArgs, UploadedObjectModel } from './upload.model.js';
import { UploadService } from './upload.service.js';

@Resolver()
export class UploadResolver {
  constructor(private readonly uploads: UploadService) {}

  @Access('governed')
  @Mutation(() => [PreparedUploadModel], {
    description: 'Says how objects are sent to the object store itself, in the order they are asked for.',
  })
  prepareUploads(
    @Caller() caller: Principal,
    @Args() { repository, objects }: UploadArgs,
  ): Promise<PreparedUploadModel[]> {
    return this.uploads.prepare(caller, repository, objects);
  }

  @Access('governed')
  @Mutation(() => [UploadedObjectModel], {
    description: 'Verifies objects that were sent to the object store; from then on they can be committed.',
  })
  finishUploads(
    @Caller() caller: Principal,
    @Args() { repository, objects }: UploadArgs,
  ): Promise<UploadedObjectModel[]> {
    return this.uploads.finish(caller, repository, objects);
  }
}
