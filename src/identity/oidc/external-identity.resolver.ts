import { Args, Field, InputType, Mutation, Resolver } from '@nestjs/graphql';
import { Access, Caller } from '../access/access.js';
import type { Principal } from '../principals/principal.js';
import { PrincipalModel, toPrincipal } from '../principals/principal.model.js';
import { ExternalIdentityService } from './external-identity.service.js';

@InputType()
export class LinkIdentityInput {
  @Field(() => String, { description: '`user:NAME` or `service:NAME`.' })
  subject!: string;

  @Field(() => String, { description: 'URL of the identity provider, as its tokens say it in `iss`.' })
  issuer!: string;

  @Field(() => String, { description: 'Who it is there: `sub` of its tokens.' })
  externalSubject!: string;
}

@Resolver(() => PrincipalModel)
export class ExternalIdentityResolver {
  constructor(private readonly identities: ExternalIdentityService) {}

  @Access('governed')
  @Mutation(() => PrincipalModel, {
    description: 'Says that an identity of an identity provider is this principal. For administrators.',
  })
  async linkIdentity(
    @Caller() caller: Principal,
    @Args('input') input: LinkIdentityInput,
  ): Promise<PrincipalModel> {
    return toPrincipal(await this.identities.link(caller, input));
  }
}
