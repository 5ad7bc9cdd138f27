import { Field, Int, Mutation, ObjectType, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { Policy, systemResource } from '../../policy/index.js';
import { Projector, type Rebuilt } from './projector.js';

@ObjectType('LineageRebuild', { description: 'What a rebuild of the lineage graph did.' })
class LineageRebuildModel implements Rebuilt {
  @Field(() => Int)
  events!: number;

  @Field(() => Int, { description: 'Events that could not be projected; `lineageEvents` tells why.' })
  failed!: number;
}

/** The graph, for administrators. */
@Resolver()
export class ProjectionResolver {
  constructor(
    private readonly projector: Projector,
    private readonly policy: Policy,
  ) {}

  @Access('governed')
  @Mutation(() => LineageRebuildModel, {
    description:
      'Builds the lineage graph anew from the log of events. Ingestion waits meanwhile. For administrators.',
  })
  async rebuildLineage(@Caller() caller: Principal): Promise<LineageRebuildModel> {
    await this.policy.authorize(caller, 'administer', { ...systemResource('outbox'), name: 'lineage' });
    return this.projector.rebuild();
  }
}
