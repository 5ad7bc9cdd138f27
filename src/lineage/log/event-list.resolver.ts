import { Args, Query, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { type Page, PageArgs } from '../../platform/index.js';
import { LineageEventFilterInput, LineageEventModel, LineageEventPage } from './event.model.js';
import { EventListService } from './event-list.service.js';

@Resolver(() => LineageEventModel)
export class EventListResolver {
  constructor(private readonly events: EventListService) {}

  @Access('governed')
  @Query(() => LineageEventPage, {
    description: 'Events, the latest to arrive first; those about what you may not see are absent.',
  })
  lineageEvents(
    @Caller() caller: Principal,
    @Args() page: PageArgs,
    @Args('filter', { nullable: true, type: () => LineageEventFilterInput }) filter?: LineageEventFilterInput,
  ): Promise<Page<LineageEventModel>> {
    const { assetId, runId, isUnprojected } = filter ?? {};
    return this.events.list(
      caller,
      { assetId: assetId ?? undefined, runId: runId ?? undefined, isUnprojected: isUnprojected ?? undefined },
      page,
    );
  }
}
