import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { type Page, PageArgs } from '../../platform/index.js';
import { Access, Caller } from '../access/access.js';
import { type Principal, subjectOf } from './principal.js';
import { CreatePrincipalInput, PrincipalModel, PrincipalPage, toPrincipal } from './principal.model.js';
import { PrincipalService } from './principal.service.js';

@Resolver(() => PrincipalModel)
export class PrincipalResolver {
  constructor(private readonly principals: PrincipalService) {}

  @Access('caller')
  @Query(() => PrincipalModel, { description: 'Who you are.' })
  async me(@Caller() caller: Principal): Promise<PrincipalModel> {
    return toPrincipal(await this.principals.bySubject(caller, subjectOf(caller)));
  }

  @Access('governed')
  @Query(() => PrincipalPage, {
    name: 'principals',
    description: 'All principals, by kind and name. For administrators.',
  })
  async listPrincipals(@Caller() caller: Principal, @Args() page: PageArgs): Promise<Page<PrincipalModel>> {
    const { nodes, pageInfo } = await this.principals.list(caller, page);
    return { nodes: nodes.map(toPrincipal), pageInfo };
  }

  @Access('governed')
  @Mutation(() => PrincipalModel, { description: 'Makes a principal. For administrators.' })
  async createPrincipal(
    @Caller() caller: Principal,
    @Args('input') input: CreatePrincipalInput,
  ): Promise<PrincipalModel> {
    return toPrincipal(
      await this.principals.create(caller, {
        ...input,
        displayName: input.displayName ?? undefined,
        attributes: input.attributes ?? undefined,
      }),
    );
  }

  @Access('governed')
  @Mutation(() => PrincipalModel, {
    description: 'Ends all access of a principal at once. For administrators.',
  })
  async disablePrincipal(
    @Caller() caller: Principal,
    @Args('subject') subject: string,
  ): Promise<PrincipalModel> {
    return toPrincipal(await this.principals.disable(caller, subject));
  }
}
