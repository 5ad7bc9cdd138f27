import { Args, ID, Query, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal, PrincipalService, subjectOf } from '../../identity/index.js';
import { InvalidInputError } from '../../platform/index.js';
import { type Decision, DecisionModel, isAction, Policy, systemResource } from '../../policy/index.js';
import { AssetService, resourceOf } from '../assets/asset.service.js';

@Resolver()
export class AccessResolver {
  constructor(
    private readonly assets: AssetService,
    private readonly policy: Policy,
    private readonly principals: PrincipalService,
  ) {}

  @Access('governed')
  @Query(() => DecisionModel, {
    description:
      'Whether a subject may act on an asset, and by which rules. Of others than yourself, for those who administer policy.',
  })
  async explainAccess(
    @Caller() caller: Principal,
    @Args('action', { description: 'list, read, write, merge, manage, train, run, deploy, infer or emit.' })
    action: string,
    @Args('assetId', { type: () => ID }) assetId: string,
    @Args('subject', { nullable: true, type: () => String, description: 'Yourself when absent.' })
    subject?: string,
  ): Promise<Decision> {
    if (!isAction(action))
      throw new InvalidInputError('action', `"${action}" is not an action that policy knows`);
    const asked = subject ?? subjectOf(caller);
    if (asked !== subjectOf(caller))
      await this.policy.authorize(caller, 'administer', systemResource('policy'));
    const asset = await this.assets.get(caller, assetId);
    const principal = asked === subjectOf(caller) ? caller : await this.principals.named(asked);
    return this.policy.explain(asked, action, resourceOf(asset), principal);
  }
}
