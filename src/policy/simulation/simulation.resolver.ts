import { Args, Query, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { withoutNulls } from '../delivery/without-nulls.js';
import { PolicySimulationModel, SimulatePolicyInput } from './simulation.model.js';
import { type Simulation, SimulationService } from './simulation.service.js';

@Resolver()
export class SimulationResolver {
  constructor(private readonly simulations: SimulationService) {}

  @Access('governed')
  @Query(() => PolicySimulationModel, {
    description:
      'Asks policy files what the decision log says was asked, and tells each answer that would be another. Changes nothing. For those who administer policy; POST /api/v1/policy/simulations tells its progress.',
  })
  simulatePolicy(
    @Caller() caller: Principal,
    @Args('input', { type: () => SimulatePolicyInput }) input: SimulatePolicyInput,
  ): Promise<Simulation> {
    return this.simulations.simulate(caller, withoutNulls(input));
  }
}
