import { Injectable } from '@nestjs/common';
import { batched, Database, prepared } from '../../platform/index.js';
import type { Principal } from '../principals/principal.js';
import { AccessKeyEntity } from './access-key.entity.js';

/** How stale `last_used_at` may be, so that a busy client does not write with every request. */
const LAST_USED_GRAIN = '60 seconds';

/** A key that is valid now, and who it speaks for. */
export interface ValidKey {
  readonly principal: Principal;
  readonly sealedSecret: Buffer;
  /** Its use is to be noted. */
  readonly isStale: boolean;
}

@Injectable()
export class AccessKeyRepository {
  constructor(private readonly database: Database) {}

  async insert(
    key: Pick<AccessKeyEntity, 'id' | 'principalId' | 'sealedSecret' | 'label' | 'expiresAt' | 'scope'>,
  ): Promise<AccessKeyEntity> {
    const keys = this.database.repository(AccessKeyEntity);
    await keys.insert(key);
    return keys.findOneByOrFail({ id: key.id });
  }

  findById(id: string): Promise<AccessKeyEntity | null> {
    return this.database.repository(AccessKeyEntity).findOneBy({ id });
  }

  /** Newest first. */
  listOf(principalId: string): Promise<AccessKeyEntity[]> {
    return this.database
      .repository(AccessKeyEntity)
      .find({ where: { principalId }, order: { createdAt: 'DESC', id: 'ASC' } });
  }

  async revoke(id: string): Promise<void> {
    await this.database.query(
      'UPDATE access_key SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1',
      [id],
    );
  }

  readonly findValid: (id: string) => Promise<ValidKey | undefined> = batched(async (ids) => {
    const rows = await this.database.query<
      Principal & Pick<ValidKey, 'sealedSecret' | 'isStale'> & { keyId: string }
    >(
      prepared(`SELECT p.id, p.kind, p.name, p.display_name AS "displayName", p.attributes, p.groups, p.groups_until AS "groupsUntil",
              k.scope, CASE WHEN k.scope IS NOT NULL THEN k.expires_at END AS "scopeUntil", k.id AS "keyId", k.sealed_secret AS "sealedSecret",
              coalesce(k.last_used_at < now() - interval '${LAST_USED_GRAIN}', true) AS "isStale"
       FROM access_key AS k JOIN principal AS p ON p.id = k.principal_id
       WHERE k.id = ANY($1::text[]) AND k.revoked_at IS NULL AND k.expires_at > now() AND p.disabled_at IS NULL`),
      [ids],
    );
    return new Map(
      rows.map(({ keyId, sealedSecret, isStale, ...principal }) => [
        keyId,
        { principal, sealedSecret, isStale },
      ]),
    );
  });

  async noteUse(id: string): Promise<void> {
    await this.database.query('UPDATE access_key SET last_used_at = now() WHERE id = $1', [id]);
  }
}
