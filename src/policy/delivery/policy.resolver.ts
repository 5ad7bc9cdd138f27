import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { type Page, PageArgs } from '../../platform/index.js';
import type { BundleFile } from '../bundle/bundle.js';
import type { PolicyMove } from '../versions/policy-version.js';
import type { Attempt } from './attempt.js';
import {
  ApplyPolicyInput,
  PolicyAttemptModel,
  PolicyDeliveryModel,
  PolicyFileModel,
  PolicyMovePage,
  PolicyStatusModel,
  RollbackPolicyInput,
} from './policy.model.js';
import { PolicyAdminService, type Tried } from './policy-admin.service.js';
import { type PolicyStatus, PolicyStatusService } from './policy-status.service.js';
import { withoutNulls } from './without-nulls.js';

@Resolver(() => PolicyStatusModel)
export class PolicyResolver {
  constructor(
    private readonly statuses: PolicyStatusService,
    private readonly admin: PolicyAdminService,
  ) {}

  @Access('governed')
  @Query(() => PolicyStatusModel, {
    description: 'Which version of the policy is live. For those who administer policy.',
  })
  policy(@Caller() caller: Principal): Promise<PolicyStatus> {
    return this.statuses.status(caller);
  }

  @Access('caller')
  @Query(() => Boolean, { description: 'Whether you administer the policy, and `policy` answers you.' })
  administersPolicy(@Caller() caller: Principal): boolean {
    return this.statuses.isFor(caller);
  }

  @Access('governed')
  @ResolveField(() => PolicyAttemptModel, { nullable: true, description: 'The latest try, whoever made it.' })
  lastAttempt(): Promise<Attempt | undefined> {
    return this.statuses.last();
  }

  @Access('governed')
  @ResolveField(() => PolicyAttemptModel, {
    nullable: true,
    description: 'How the source was found when it last changed.',
  })
  lastOfSource(): Promise<Attempt | undefined> {
    return this.statuses.lastOfSource();
  }

  @Access('governed')
  @ResolveField(() => PolicyAttemptModel, { nullable: true })
  lastRefused(): Promise<Attempt | undefined> {
    return this.statuses.lastRefused();
  }

  @Access('governed')
  @ResolveField(() => PolicyMovePage, { description: 'What was live when, latest first.' })
  history(@Args() page: PageArgs): Promise<Page<PolicyMove>> {
    return this.statuses.moves(page);
  }

  @Access('governed')
  @ResolveField(() => [PolicyFileModel], { description: 'As they came.' })
  files(@Parent() { version }: PolicyStatus, @Caller() caller: Principal): Promise<readonly BundleFile[]> {
    return this.statuses.files(caller, version);
  }

  @Access('governed')
  @Query(() => [PolicyFileModel], { description: 'The files of a version. For those who administer policy.' })
  policyFiles(
    @Caller() caller: Principal,
    @Args('version', { type: () => ID }) version: string,
  ): Promise<readonly BundleFile[]> {
    return this.statuses.files(caller, version);
  }

  @Access('governed')
  @Mutation(() => PolicyDeliveryModel, {
    description:
      'Makes policy files live on all replicas, if they are good. For those who administer policy.',
  })
  applyPolicy(
    @Caller() caller: Principal,
    @Args('input', { type: () => ApplyPolicyInput }) input: ApplyPolicyInput,
  ): Promise<Tried> {
    return this.admin.apply(caller, withoutNulls(input));
  }

  @Access('governed')
  @Mutation(() => PolicyDeliveryModel, {
    description:
      'Lets an earlier version answer again, until the source gives something new. For those who administer policy.',
  })
  rollbackPolicy(
    @Caller() caller: Principal,
    @Args('input', { type: () => RollbackPolicyInput }) input: RollbackPolicyInput,
  ): Promise<Tried> {
    return this.admin.rollback(caller, withoutNulls(input));
  }
}
