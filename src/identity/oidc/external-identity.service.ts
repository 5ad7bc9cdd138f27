import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { CONFIG, type Config, Database, isUniqueViolation, validate } from '../../platform/index.js';
import { ACCESS_DECIDER, type AccessDecider } from '../access/decider.js';
import { CHANGES, type Changes } from '../changes/changes.js';
import { CAIRN_ITSELF, type Principal, subjectOf } from '../principals/principal.js';
import type { PrincipalEntity } from '../principals/principal.entity.js';
import { PrincipalRepository } from '../principals/principal.repository.js';
import { PrincipalService } from '../principals/principal.service.js';
import { IdentityNotLinkedError } from './errors.js';
import { ExternalIdentityRepository, type LinkedPrincipal } from './external-identity.repository.js';
import type { ExternalIdentity } from './oidc-token.js';

const LINK_IDENTITY = z.object({
  subject: z.string().max(200),
  issuer: z.url({ error: 'must be the URL of an issuer' }).max(500),
  externalSubject: z.string().min(1).max(255),
});

/** Which principal somebody is whom an identity provider knows. */
@Injectable()
export class ExternalIdentityService {
  constructor(
    private readonly database: Database,
    private readonly identities: ExternalIdentityRepository,
    private readonly principals: PrincipalRepository,
    private readonly service: PrincipalService,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(ACCESS_DECIDER) private readonly access: AccessDecider,
    @Inject(CHANGES) private readonly changes: Changes,
  ) {}

  /**
   * The principal of a verified identity, made at its first coming. What it may do, policy files say of its name and groups.
   * @returns undefined when it is disabled
   * @throws {IdentityNotLinkedError} when its name is another's
   */
  async principalOf(identity: ExternalIdentity): Promise<Principal | undefined> {
    const known = (await this.identities.principalOf(identity)) ?? (await this.adopt(identity));
    if (known.disabledAt) return undefined;
    const { id, kind, name, displayName, attributes } = known;
    const groupsUntil = await this.keepGroups(known, identity.groups);
    return {
      ...{ id, kind, name, displayName, groups: identity.groups, groupsUntil },
      attributes: identity.mfa === undefined ? attributes : { ...attributes, mfa: identity.mfa },
    };
  }

  /** Says that an identity is a principal that exists. For administrators. */
  async link(caller: Principal, input: z.input<typeof LINK_IDENTITY>): Promise<PrincipalEntity> {
    await this.access.authorizeAdministration(caller);
    const { subject, ...identity } = validate(LINK_IDENTITY, input, 'input');
    const principal = await this.service.bySubject(caller, subject);
    await this.database.run(async () => {
      await this.identities.link(identity, principal.id);
      await this.changes.change(caller, {
        ...{ action: 'principal.identity-linked', on: 'principal', name: subject, detail: identity },
      });
    });
    return principal;
  }

  private async adopt(identity: ExternalIdentity): Promise<LinkedPrincipal> {
    const { kind, name, displayName } = identity;
    try {
      return await this.database.run(async () => {
        const principal = await this.principals.insert({
          ...{ id: randomUUID(), kind, name, displayName, attributes: {} },
        });
        await this.identities.link(identity, principal.id);
        const { issuer, externalSubject, groups } = identity;
        await this.changes.change(CAIRN_ITSELF, {
          ...{ action: 'principal.created', on: 'principal', name: subjectOf(identity) },
          detail: { issuer, externalSubject, groups },
        });
        return principal;
      });
    } catch (error) {
      if (!isUniqueViolation(error, 'principal_subject')) throw error;
      // Its first two requests may have come at once.
      const linked = await this.identities.principalOf(identity);
      if (linked) return linked;
      throw new IdentityNotLinkedError(subjectOf(identity), identity.issuer, identity.externalSubject);
    }
  }

  /** Writes only what changed, or what is half on its way to its end. @returns until when the groups hold */
  private async keepGroups(principal: LinkedPrincipal, groups: readonly string[]): Promise<Date> {
    const maxAgeMs = this.config.OIDC_GROUPS_MAX_AGE_SECONDS * 1000;
    const until = new Date(Date.now() + maxAgeMs);
    const isSame = JSON.stringify(principal.groups) === JSON.stringify(groups);
    const left = (principal.groupsUntil?.getTime() ?? 0) - Date.now();
    if (!isSame || left < maxAgeMs / 2) await this.identities.keepGroups(principal.id, groups, until);
    return until;
  }
}
