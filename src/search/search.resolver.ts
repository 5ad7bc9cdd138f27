import { Args, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../identity/index.js';
import { IndexingService } from './indexing/indexing.service.js';
import { SearchArgs, SearchPage } from './search.model.js';
import { SearchService } from './search.service.js';

@Resolver()
export class SearchResolver {
  constructor(
    private readonly service: SearchService,
    private readonly indexing: IndexingService,
  ) {}

  @Access('governed')
  @Query(() => SearchPage, {
    description:
      'Assets by words of their name, columns, description or tags; what you may not see is absent, from counts too.',
  })
  async search(
    @Caller() caller: Principal,
    @Args() { query, filter, ...page }: SearchArgs,
  ): Promise<SearchPage> {
    const { kinds, namespace, tag } = filter ?? {};
    const wanted = { kinds: kinds ?? undefined, namespace: namespace ?? undefined, tag: tag ?? undefined };
    const { page: found, ...rest } = await this.service.search(caller, query, wanted, page);
    return { ...found, ...rest };
  }

  @Access('governed')
  @Mutation(() => Int, {
    description:
      'Builds the search index anew from the catalog. Returns how many assets it knows. For administrators.',
  })
  rebuildSearchIndex(@Caller() caller: Principal): Promise<number> {
    return this.indexing.rebuild(caller);
  }
}
