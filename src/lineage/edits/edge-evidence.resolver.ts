import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { LineageEdgeModel } from '../graph/graph.model.js';
import type { Evidence } from './edit.js';
import { EdgeEvidence } from './edge-evidence.js';
import { LineageEditModel, LineageEvidenceEnum } from './edit.model.js';

/** What edits by hand add to edges. */
@Resolver(() => LineageEdgeModel)
export class EdgeEvidenceResolver {
  constructor(private readonly evidences: EdgeEvidence) {}

  @Access('governed')
  @ResolveField(() => LineageEvidenceEnum, {
    nullable: true,
    description: 'Null where you may not see both ends, and of a way through others.',
  })
  evidence(@Parent() { seen }: LineageEdgeModel): Promise<Evidence> | null {
    return seen === null ? null : this.evidences.of(seen);
  }

  @Access('governed')
  @ResolveField(() => [LineageEditModel], {
    description:
      'Edits of it by hand that held at the instant of the graph, the latest 50 first; none where you may not see both ends.',
  })
  async edits(
    @Caller() caller: Principal,
    @Parent() { seen }: LineageEdgeModel,
  ): Promise<LineageEditModel[]> {
    return seen === null ? [] : this.evidences.editsOf(caller, seen);
  }
}
