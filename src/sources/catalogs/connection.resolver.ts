import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { type Page, PageArgs } from '../../platform/index.js';
import { ConnectionModel, ConnectionPage, CreateCatalogConnectionInput } from './connection.model.js';
import { ConnectionService } from './connection.service.js';

@Resolver(() => ConnectionModel)
export class ConnectionResolver {
  constructor(private readonly service: ConnectionService) {}

  @Access('governed')
  @Query(() => ConnectionPage, { description: 'External sources, by name. For administrators.' })
  catalogConnections(@Caller() caller: Principal, @Args() page: PageArgs): Promise<Page<ConnectionModel>> {
    return this.service.list(caller, page);
  }

  @Access('governed')
  @Query(() => ConnectionModel, { description: 'An external source. For administrators.' })
  catalogConnection(@Caller() caller: Principal, @Args('name') name: string): Promise<ConnectionModel> {
    return this.service.get(caller, name);
  }

  @Access('governed')
  @Mutation(() => ConnectionModel, {
    description: 'Connects an external source and scans it. For administrators.',
  })
  createCatalogConnection(
    @Caller() caller: Principal,
    @Args('input') { credentials, subject, intervalSeconds, ...input }: CreateCatalogConnectionInput,
  ): Promise<ConnectionModel> {
    return this.service.create(caller, {
      ...{ ...input, credentials: credentials ?? undefined, subject: subject ?? undefined },
      intervalSeconds: intervalSeconds ?? undefined,
    });
  }

  @Access('governed')
  @Mutation(() => ConnectionModel, { description: 'Asks for a scan now. For administrators.' })
  scanCatalogConnection(@Caller() caller: Principal, @Args('name') name: string): Promise<ConnectionModel> {
    return this.service.hurry(caller, name);
  }

  @Access('governed')
  @Mutation(() => ConnectionModel, {
    description: 'Looks at an external source no more; what lineage knows of it stays. For administrators.',
  })
  removeCatalogConnection(@Caller() caller: Principal, @Args('name') name: string): Promise<ConnectionModel> {
    return this.service.remove(caller, name);
  }
}
