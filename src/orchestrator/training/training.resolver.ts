import { Args, ID, Int, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { AssetModel, AssetService } from '../../catalog/index.js';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { type Page, PageArgs } from '../../platform/index.js';
import type { SubmitInput } from './run-input.js';
import { Submission } from './submission.js';
import { SubmitTrainingRunInput, TrainingRunModel, TrainingRunPage } from './training.model.js';
import { TrainingService } from './training.service.js';

@Resolver(() => TrainingRunModel)
export class TrainingResolver {
  constructor(
    private readonly service: TrainingService,
    private readonly submission: Submission,
    private readonly assets: AssetService,
  ) {}

  @Access('governed')
  @Query(() => TrainingRunModel, { description: 'A training run by its id.' })
  trainingRun(
    @Caller() caller: Principal,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<TrainingRunModel> {
    return this.service.get(caller, id);
  }

  @Access('governed')
  @Query(() => TrainingRunPage, {
    name: 'trainingRuns',
    description: 'The newest first; what you may not see is absent.',
  })
  listTrainingRuns(@Caller() caller: Principal, @Args() page: PageArgs): Promise<Page<TrainingRunModel>> {
    return this.service.list(caller, page);
  }

  @Access('governed')
  @Mutation(() => TrainingRunModel, {
    description: 'Launches a training. Its outputs are committed if it succeeds, and only then.',
  })
  submitTrainingRun(
    @Caller() caller: Principal,
    @Args('input') input: SubmitTrainingRunInput,
  ): Promise<TrainingRunModel> {
    const present = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null));
    return this.submission.submit(caller, present as unknown as SubmitInput);
  }

  @Access('governed')
  @Mutation(() => TrainingRunModel, {
    description: 'Asks for the end of a run, with all its processes. One that is over stays as it is.',
  })
  cancelTrainingRun(
    @Caller() caller: Principal,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<TrainingRunModel> {
    return this.service.cancel(caller, id);
  }

  @Access('governed')
  @ResolveField(() => AssetModel, {
    description: 'The catalog entry of the trainings that write to the output.',
  })
  job(@Caller() caller: Principal, @Parent() run: TrainingRunModel): Promise<AssetModel> {
    return this.assets.get(caller, run.jobAssetId);
  }

  @Access('governed')
  @ResolveField(() => String, {
    description: 'The end of what the run wrote. Needs `read` on the job and on all inputs.',
  })
  log(
    @Caller() caller: Principal,
    @Parent() run: TrainingRunModel,
    @Args('tailLines', { type: () => Int, defaultValue: 200, description: '1–10,000; at most the last MiB' })
    tailLines: number,
  ): Promise<string> {
    return this.service.log(caller, run.id, tailLines);
  }
}
