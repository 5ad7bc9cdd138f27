import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { type Page, PageArgs } from '../../platform/index.js';
import { type AccessRequest, AccessRequestService } from '../../policy/index.js';
import {
  AccessRequestModel,
  AccessRequestPage,
  AccessRequestStateEnum,
  RequestAccessInput,
  toAccessRequest,
} from './access-request.model.js';
import { AccessTargets } from './access-target.js';

const REASON = { description: '1–2,000 characters.' } as const;
const REQUEST_ID = { type: () => ID, description: '`GRANT-12` or `12`.' } as const;

@Resolver(() => AccessRequestModel)
export class AccessRequestResolver {
  constructor(
    private readonly requests: AccessRequestService,
    private readonly targets: AccessTargets,
  ) {}

  @Access('governed')
  @Query(() => AccessRequestPage, {
    description:
      'Requests for access, the latest first: your own, those that you may decide on, and all for who administers the policy.',
  })
  async accessRequests(
    @Caller() caller: Principal,
    @Args() page: PageArgs,
    @Args('state', { nullable: true, type: () => AccessRequestStateEnum }) state?: string,
  ): Promise<Page<AccessRequestModel>> {
    const { nodes, pageInfo } = await this.requests.list(caller, page, state);
    return { nodes: nodes.map((each) => this.shown(caller, each)), pageInfo };
  }

  @Access('governed')
  @Mutation(() => AccessRequestModel, {
    description: 'Asks for access for yourself. Who manages the asset or the namespace decides.',
  })
  async requestAccess(
    @Caller() caller: Principal,
    @Args('input') { actions, role, reason, until, ...asked }: RequestAccessInput,
  ): Promise<AccessRequestModel> {
    const target = await this.targets.find(caller, asked);
    const input = { actions: actions as never, role, reason, until };
    return this.shown(caller, await this.requests.request(caller, target, input));
  }

  @Access('governed')
  @Mutation(() => AccessRequestModel, {
    description:
      'Grants what was asked for, at once and until its end. For people who manage it by the policy files, did not ask themselves, and do not administer the policy.',
  })
  async approveAccess(
    @Caller() caller: Principal,
    @Args('id', REQUEST_ID) id: string,
    @Args('reason', REASON) reason: string,
    @Args('until', { type: () => Date, nullable: true, description: 'Earlier than was asked for.' })
    until?: Date,
  ): Promise<AccessRequestModel> {
    return this.shown(caller, await this.requests.approve(caller, { id, reason, until }));
  }

  @Access('governed')
  @Mutation(() => AccessRequestModel, { description: 'For who manages it and did not ask themselves.' })
  async denyAccess(
    @Caller() caller: Principal,
    @Args('id', REQUEST_ID) id: string,
    @Args('reason', REASON) reason: string,
  ): Promise<AccessRequestModel> {
    return this.shown(caller, await this.requests.deny(caller, { id, reason }));
  }

  @Access('governed')
  @Mutation(() => AccessRequestModel, { description: 'Takes an open request of your own back.' })
  async withdrawAccessRequest(
    @Caller() caller: Principal,
    @Args('id', REQUEST_ID) id: string,
  ): Promise<AccessRequestModel> {
    return this.shown(caller, await this.requests.withdraw(caller, id));
  }

  @Access('governed')
  @Mutation(() => AccessRequestModel, {
    description:
      'Ends a grant at once. For who has it, who manages what it is for, and who administers the policy.',
  })
  async revokeAccess(
    @Caller() caller: Principal,
    @Args('id', REQUEST_ID) id: string,
    @Args('reason', REASON) reason: string,
  ): Promise<AccessRequestModel> {
    return this.shown(caller, await this.requests.revoke(caller, { id, reason }));
  }

  private shown(caller: Principal, request: AccessRequest): AccessRequestModel {
    return toAccessRequest(request, this.requests.stepsFor(caller, request));
  }
}
