import { Field, Int, Mutation, ObjectType, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { Policy, systemResource } from '../../policy/index.js';
import { PackIndex } from './pack-index.js';

@ObjectType('TreeIndexRebuild', { description: 'What was found in the object store.' })
class TreeIndexRebuildModel {
  @Field(() => Int)
  packs!: number;

  @Field(() => Int, { description: 'Nodes of trees in them; one that is in several packs counts for each.' })
  nodes!: number;
}

/** The index of packs, for administrators. */
@Resolver()
export class PackResolver {
  constructor(
    private readonly index: PackIndex,
    private readonly policy: Policy,
  ) {}

  @Access('governed')
  @Mutation(() => TreeIndexRebuildModel, {
    description:
      'Finds all tree nodes in the object store again, where the database has lost where they are. Reads the end of every object. For administrators.',
  })
  async rebuildTreeIndex(@Caller() caller: Principal): Promise<TreeIndexRebuildModel> {
    await this.policy.authorize(caller, 'administer', { ...systemResource('outbox'), name: 'trees' });
    return this.index.rebuild();
  }
}
