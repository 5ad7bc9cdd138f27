import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import type { PrincipalEntity } from '../principals/principal.entity.js';
import type { ExternalIdentity } from './oidc-token.js';

type ExternalName = Pick<ExternalIdentity, 'issuer' | 'externalSubject'>;

/** A linked principal, with what of its groups is kept. */
export type LinkedPrincipal = Pick<
  PrincipalEntity,
  'id' | 'kind' | 'name' | 'displayName' | 'attributes' | 'groups' | 'groupsUntil' | 'disabledAt'
>;

@Injectable()
export class ExternalIdentityRepository {
  constructor(private readonly database: Database) {}

  async principalOf({ issuer, externalSubject }: ExternalName): Promise<LinkedPrincipal | undefined> {
    const [row] = await this.database.query<LinkedPrincipal>(
      `SELECT p.id, p.kind, p.name, p.display_name AS "displayName", p.attributes, p.groups, p.groups_until AS "groupsUntil",
              p.disabled_at AS "disabledAt"
       FROM external_identity AS e JOIN principal AS p ON p.id = e.principal_id
       WHERE e.issuer = $1 AND e.external_subject = $2`,
      [issuer, externalSubject],
    );
    return row;
  }

  /** Links an identity to a principal, to another one than before if it was linked. */
  async link({ issuer, externalSubject }: ExternalName, principalId: string): Promise<void> {
    await this.database.query(
      `INSERT INTO external_identity (issuer, external_subject, principal_id) VALUES ($1, $2, $3)
       ON CONFLICT (issuer, external_subject) DO UPDATE SET principal_id = excluded.principal_id`,
      [issuer, externalSubject, principalId],
    );
  }

  /** Keeps what a token said, for work that goes on when the token is gone. */
  async keepGroups(principalId: string, groups: readonly string[], until: Date): Promise<void> {
    await this.database.query('UPDATE principal SET groups = $2, groups_until = $3 WHERE id = $1', [
      principalId,
      groups,
      until,
    ]);
  }
}
