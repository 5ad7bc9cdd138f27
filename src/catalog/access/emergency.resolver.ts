import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { type Page, PageArgs } from '../../platform/index.js';
import { type Emergency, EmergencyService } from '../../policy/index.js';
import {
  BreakGlassInput,
  EmergencyModel,
  EmergencyPage,
  EmergencyStateEnum,
  toEmergency,
} from './access-request.model.js';
import { AccessTargets } from './access-target.js';

const EMERGENCY_ID = { type: () => ID, description: '`EMERGENCY-7` or `7`.' } as const;

@Resolver(() => EmergencyModel)
export class EmergencyResolver {
  constructor(
    private readonly service: EmergencyService,
    private readonly targets: AccessTargets,
  ) {}

  @Access('governed')
  @Query(() => EmergencyPage, {
    description:
      'Emergencies, the latest first: your own, those of what you manage, and all for who administers the policy.',
  })
  async emergencies(
    @Caller() caller: Principal,
    @Args() page: PageArgs,
    @Args('state', { nullable: true, type: () => EmergencyStateEnum }) state?: string,
  ): Promise<Page<EmergencyModel>> {
    const { nodes, pageInfo } = await this.service.list(caller, page, state);
    return { nodes: nodes.map((each) => this.shown(caller, each)), pageInfo };
  }

  @Access('governed')
  @Mutation(() => EmergencyModel, {
    description:
      'Declares an emergency, at once: rules of the policy files with `emergency == true` hold for you. It is alerted, named by every decision, and reviewed by somebody else.',
  })
  async breakGlass(
    @Caller() caller: Principal,
    @Args('input') { actions, reason, minutes, ...asked }: BreakGlassInput,
  ): Promise<EmergencyModel> {
    const target = await this.targets.find(caller, asked);
    const input = { actions: actions as never, reason, minutes };
    return this.shown(caller, await this.service.declare(caller, target, input));
  }

  @Access('governed')
  @Mutation(() => EmergencyModel, {
    description:
      'Ends an emergency before its time. For who declared it, who manages the place, and who administers the policy.',
  })
  async endEmergency(
    @Caller() caller: Principal,
    @Args('id', EMERGENCY_ID) id: string,
  ): Promise<EmergencyModel> {
    return this.shown(caller, await this.service.close(caller, id));
  }

  @Access('governed')
  @Mutation(() => EmergencyModel, {
    description:
      'Says what you think of what was done in an emergency that has ended. For people who manage the place or administer the policy, and did not declare it.',
  })
  async reviewEmergency(
    @Caller() caller: Principal,
    @Args('id', EMERGENCY_ID) id: string,
    @Args('review', { description: '1–2,000 characters.' }) review: string,
  ): Promise<EmergencyModel> {
    return this.shown(caller, await this.service.review(caller, { id, review }));
  }

  private shown(caller: Principal, emergency: Emergency): EmergencyModel {
    return toEmergency(emergency, this.service.stepsFor(caller, emergency));
  }
}
