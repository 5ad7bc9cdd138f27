import { Args, ID, Int, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { AssetModel, AssetService } from '../../catalog/index.js';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { type Page, PageArgs } from '../../platform/index.js';
import { LedgerService } from './ledger.service.js';
import { StatementFilterInput, StatementModel, StatementPage } from './statement.model.js';

@Resolver(() => StatementModel)
export class StatementResolver {
  constructor(
    private readonly ledger: LedgerService,
    private readonly assets: AssetService,
  ) {}

  @Access('governed')
  @Query(() => StatementPage, {
    description:
      'SQL statements, the latest to arrive first: those of jobs that you may list, and your own. Administrators see all.',
  })
  statements(
    @Caller() caller: Principal,
    @Args() page: PageArgs,
    @Args('filter', { nullable: true, type: () => StatementFilterInput }) filter?: StatementFilterInput,
  ): Promise<Page<StatementModel>> {
    const given = Object.entries(filter ?? {}).filter(([, value]) => value !== null && value !== undefined);
    return this.ledger.list(caller, Object.fromEntries(given), page);
  }

  @Access('governed')
  @Query(() => StatementModel, { description: 'An SQL statement.' })
  statement(
    @Caller() caller: Principal,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<StatementModel> {
    return this.ledger.get(caller, id);
  }

  @Access('governed')
  @ResolveField(() => ID, { nullable: true, description: 'Its run; null when it told lineage nothing.' })
  runId(@Parent() { id, eventId }: StatementModel): string | null {
    return eventId === null ? null : id;
  }

  @Access('governed')
  @ResolveField(() => AssetModel, { nullable: true, description: 'Null too when you may not list it.' })
  async job(@Caller() caller: Principal, @Parent() { jobId }: StatementModel): Promise<AssetModel | null> {
    return jobId === null ? null : ((await this.assets.getShown(caller, [jobId]))[0] ?? null);
  }

  @Access('governed')
  @ResolveField(() => [AssetModel], { description: 'Datasets that it reads, as far as you may list them.' })
  inputs(@Caller() caller: Principal, @Parent() { inputIds }: StatementModel): Promise<AssetModel[]> {
    return this.assets.getShown(caller, inputIds);
  }

  @Access('governed')
  @ResolveField(() => [AssetModel], { description: 'Datasets that it writes, as far as you may list them.' })
  outputs(@Caller() caller: Principal, @Parent() { outputIds }: StatementModel): Promise<AssetModel[]> {
    return this.assets.getShown(caller, outputIds);
  }

  @Access('governed')
  @ResolveField(() => Int)
  inputCount(@Parent() { inputIds }: StatementModel): number {
    return inputIds.length;
  }

  @Access('governed')
  @ResolveField(() => Int)
  outputCount(@Parent() { outputIds }: StatementModel): number {
    return outputIds.length;
  }
}
