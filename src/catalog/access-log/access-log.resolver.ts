import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { type Page, PageArgs } from '../../platform/index.js';
import { RepositoryModel } from '../repositories/repository.model.js';
import { type ContentAccessModel, ContentAccessPage } from './access-log.model.js';
import { AccessLogService } from './access-log.service.js';

@Resolver(() => RepositoryModel)
export class AccessLogResolver {
  constructor(private readonly log: AccessLogService) {}

  @Access('governed')
  @ResolveField(() => ContentAccessPage, {
    description: 'Who read and wrote which content, newest first. For those who may manage it.',
  })
  async accesses(
    @Caller() caller: Principal,
    @Parent() repository: RepositoryModel,
    @Args() page: PageArgs,
    @Args('path', { nullable: true, type: () => String }) path?: string,
    @Args('subject', { nullable: true, type: () => String, description: '`user:NAME` or `service:NAME`.' })
    subject?: string,
    @Args('since', { nullable: true, type: () => Date }) since?: Date,
  ): Promise<Page<ContentAccessModel>> {
    const filter = { path: path ?? undefined, subject: subject ?? undefined, since: since ?? undefined };
    const { nodes, pageInfo } = await this.log.list(caller, repository.name, filter, page);
    const shown = nodes.map(({ range, ...access }) => ({
      ...access,
      ...(range && { rangeStart: range.start, rangeEnd: range.end }),
    }));
    return { nodes: shown, pageInfo };
  }
}
