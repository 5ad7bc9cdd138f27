import { Args, ID, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Access, Caller } from '../access/access.js';
import type { Principal } from '../principals/principal.js';
import { PrincipalModel } from '../principals/principal.model.js';
import type { ApiTokenEntity } from './api-token.entity.js';
import { ApiTokenModel, IssuedTokenModel, IssueTokenInput } from './token.model.js';
import { TokenService } from './token.service.js';

@Resolver(() => PrincipalModel)
export class TokenResolver {
  constructor(private readonly tokens: TokenService) {}

  @Access('governed')
  @ResolveField('tokens', () => [ApiTokenModel], {
    description: 'Newest first. For the principal itself and administrators.',
  })
  async listTokens(
    @Caller() caller: Principal,
    @Parent() principal: PrincipalModel,
  ): Promise<ApiTokenModel[]> {
    return (await this.tokens.listOf(caller, principal.id)).map(toToken);
  }

  @Access('governed')
  @Mutation(() => IssuedTokenModel, {
    description: 'Issues a token: for yourself, or for anybody as an administrator.',
  })
  async issueToken(
    @Caller() caller: Principal,
    @Args('input') input: IssueTokenInput,
  ): Promise<IssuedTokenModel> {
    const { secret, token } = await this.tokens.issue(caller, {
      ...input,
      expiresInDays: input.expiresInDays ?? undefined,
    });
    return { secret, token: toToken(token) };
  }

  @Access('governed')
  @Mutation(() => ApiTokenModel, { description: 'Ends a token at once.' })
  async revokeToken(
    @Caller() caller: Principal,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<ApiTokenModel> {
    return toToken(await this.tokens.revoke(caller, id));
  }
}

function toToken(entity: ApiTokenEntity): ApiTokenModel {
  const { id, label, scope, createdAt, expiresAt, lastUsedAt, revokedAt } = entity;
  return {
    id,
    label,
    ...scope,
    createdAt,
    expiresAt: expiresAt ?? undefined,
    lastUsedAt: lastUsedAt ?? undefined,
    revokedAt: revokedAt ?? undefined,
  };
}
