import { Args, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../identity/index.js';
import { SearchArgs, SearchPage } from './search.model.js';
import { SearchService } from './search.service.js';

@Resolver()
export class SearchResolver {
  constructor(private readonly service: SearchService) {}

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
    const found = await this.service.search(caller, query, wanted, page);
    return { ...found.page, facets: found.facets };
  }

  @Access('governed')
  @Mutation(() => Int, {
    description:
      'Builds the search index anew from the catalog. Returns how many assets it knows. For administrators.',
  })
  rebuildSearchIndex(@Caller() caller: Principal): Promise<number> {
    return this.service.rebuild(caller);
  }
}
