import { Args, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { AssetModel, AssetService } from '../../catalog/index.js';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { JsonScalar } from '../../platform/index.js';
import { AssetLineageService } from '../assets/asset-lineage.service.js';
import { EventListService } from '../log/event-list.service.js';
import { LineageRunModel, RunDatasetModel, RunVerdictModel, RunWarningModel } from './run.model.js';
import type { LineageRun } from './run.repository.js';
import { RunService } from './run.service.js';

@Resolver(() => LineageRunModel)
export class RunResolver {
  constructor(
    private readonly runs: RunService,
    private readonly assets: AssetService,
    private readonly lineage: AssetLineageService,
    private readonly events: EventListService,
  ) {}

  @Access('governed')
  @Query(() => LineageRunModel, { description: 'A run by its id.' })
  lineageRun(
    @Caller() caller: Principal,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<LineageRunModel> {
    return this.runs.get(caller, id);
  }

  @Access('governed')
  @ResolveField(() => AssetModel)
  job(@Caller() caller: Principal, @Parent() run: LineageRunModel): Promise<AssetModel> {
    return this.assets.get(caller, run.jobId);
  }

  @Access('governed')
  @ResolveField(() => JsonScalar, {
    description: 'The latest whole facets by name, without those that name what you may not see.',
  })
  facets(@Caller() caller: Principal, @Parent() run: LineageRunModel): Promise<object> {
    return this.lineage.facets(caller, 'run', run.id);
  }

  @Access('governed')
  @ResolveField(() => RunVerdictModel, {
    description: 'Whether it is lost, and why its state is thought to be so.',
  })
  verdict(@Parent() run: LineageRunModel & LineageRun): Promise<RunVerdictModel> {
    return this.runs.verdict(run);
  }

  @Access('governed')
  @ResolveField(() => [RunWarningModel], {
    description:
      'What was odd about its events, each once, 100 at most; without those of events that name what you may not see.',
  })
  warnings(@Caller() caller: Principal, @Parent() run: LineageRunModel): Promise<RunWarningModel[]> {
    return this.events.warningsOfRun(caller, run.id);
  }

  @Access('governed')
  @ResolveField(() => [RunDatasetModel], { description: 'What the run read.' })
  inputs(
    @Caller() caller: Principal,
    @Parent() run: LineageRunModel & LineageRun,
  ): Promise<RunDatasetModel[]> {
    return this.runs.datasets(caller, run, 'input');
  }

  @Access('governed')
  @ResolveField(() => [RunDatasetModel], { description: 'What the run wrote.' })
  outputs(
    @Caller() caller: Principal,
    @Parent() run: LineageRunModel & LineageRun,
  ): Promise<RunDatasetModel[]> {
    return this.runs.datasets(caller, run, 'output');
  }
}
