import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Access, Caller } from '../access/access.js';
import type { Principal } from '../principals/principal.js';
import type { AccessKeyEntity } from './access-key.entity.js';
import { AccessKeyModel, CreateAccessKeyInput, CreatedAccessKeyModel } from './access-key.model.js';
import { AccessKeyService } from './access-key.service.js';

@Resolver(() => AccessKeyModel)
export class AccessKeyResolver {
  constructor(private readonly keys: AccessKeyService) {}

  @Access('governed')
  @Query(() => [AccessKeyModel], {
    name: 'accessKeys',
    description:
      'Access keys of a principal, newest first. Your own, or as an administrator those of others.',
  })
  async listAccessKeys(
    @Caller() caller: Principal,
    @Args('subject', { nullable: true, type: () => String, description: 'You when absent.' })
    subject?: string,
  ): Promise<AccessKeyModel[]> {
    return (await this.keys.list(caller, subject ?? undefined)).map(toAccessKey);
  }

  @Access('caller')
  @Mutation(() => CreatedAccessKeyModel, {
    description: 'Makes an access key for yourself. Whoever has it may do at the S3 gateway what you may.',
  })
  async createAccessKey(
    @Caller() caller: Principal,
    @Args('input') { expiresInDays, ...input }: CreateAccessKeyInput,
  ): Promise<CreatedAccessKeyModel> {
    const { secret, key } = await this.keys.create(caller, {
      ...input,
      expiresInDays: expiresInDays ?? undefined,
    });
    return { secret, accessKey: toAccessKey(key) };
  }

  @Access('governed')
  @Mutation(() => AccessKeyModel, { description: 'Ends an access key at once.' })
  async revokeAccessKey(
    @Caller() caller: Principal,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<AccessKeyModel> {
    return toAccessKey(await this.keys.revoke(caller, id));
  }
}

function toAccessKey(entity: AccessKeyEntity): AccessKeyModel {
  const { id, label, scope, createdAt, expiresAt, lastUsedAt, revokedAt } = entity;
  return {
    ...{ id, label, ...scope, createdAt, expiresAt },
    ...{ lastUsedAt: lastUsedAt ?? undefined, revokedAt: revokedAt ?? undefined },
  };
}
