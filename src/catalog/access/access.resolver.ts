import { Args, ID, Query, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal, PrincipalService, subjectOf } from '../../identity/index.js';
import { InvalidInputError } from '../../platform/index.js';
import { DecisionModel, isAction, maskName, Policy, systemResource } from '../../policy/index.js';
import { ColumnTags } from '../classification/column-tags.js';
import { AssetService, resourceOf } from '../assets/asset.service.js';

@Resolver()
export class AccessResolver {
  constructor(
    private readonly assets: AssetService,
    private readonly policy: Policy,
    private readonly principals: PrincipalService,
    private readonly columns: ColumnTags,
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
  ): Promise<DecisionModel> {
    if (!isAction(action))
      throw new InvalidInputError('action', `"${action}" is not an action that policy knows`);
    const asked = subject ?? subjectOf(caller);
    if (asked !== subjectOf(caller))
      await this.policy.authorize(caller, 'administer', systemResource('policy'));
    const asset = await this.assets.get(caller, assetId);
    const principal = asked === subjectOf(caller) ? caller : await this.principals.named(asked);
    // Of all actions it is reading that carries out masks and filters.
    const columns = action === 'read' ? await this.columns.of(asset.id) : undefined;
    const { masks, filters, ...decision } = this.policy.explain(
      ...([asked, action, resourceOf(asset), principal, columns] as const),
    );
    return {
      ...decision,
      masks: masks.map(({ mask, ...rest }) => ({ ...rest, mask: maskName(mask) })),
      filters: filters.map(({ rule, source }) => ({ rule, filter: source })),
    };
  }
}
