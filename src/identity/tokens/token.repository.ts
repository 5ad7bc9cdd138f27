import { Injectable } from '@nestjs/common';
import { batched, Database, prepared } from '../../platform/index.js';
import type { Principal } from '../principals/principal.js';
import { ApiTokenEntity } from './api-token.entity.js';

/** How stale `last_used_at` may be, so that a busy client does not write with every request. */
const LAST_USED_GRAIN = '60 seconds';

@Injectable()
export class TokenRepository {
  constructor(private readonly database: Database) {}

  async insert(
    token: Pick<ApiTokenEntity, 'id' | 'principalId' | 'sha256' | 'label' | 'expiresAt' | 'scope'>,
  ): Promise<ApiTokenEntity> {
    const tokens = this.database.repository(ApiTokenEntity);
    await tokens.insert(token);
    return tokens.findOneByOrFail({ id: token.id });
  }

  findById(id: string): Promise<ApiTokenEntity | null> {
    return this.database.repository(ApiTokenEntity).findOneBy({ id });
  }

  /** Newest first. */
  listOf(principalId: string): Promise<ApiTokenEntity[]> {
    return this.database
      .repository(ApiTokenEntity)
      .find({ where: { principalId }, order: { createdAt: 'DESC' } });
  }

  async revoke(id: string): Promise<void> {
    await this.database.query('UPDATE api_token SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1', [
      id,
    ]);
  }

  /** Revokes the tokens of one label but for the one with this hash. */
  async revokeOthers(principalId: string, label: string, sha256: string): Promise<void> {
    await this.database.query(
      `UPDATE api_token SET revoked_at = now() WHERE principal_id = $1 AND label = $2 AND sha256 <> $3 AND revoked_at IS NULL`,
      [principalId, label, sha256],
    );
  }

  /** The principal of a token that is valid now; its use is noted at most once a minute. */
  async principalOf(sha256: string): Promise<Principal | undefined> {
    const found = await this.findValid(sha256);
    if (!found) return undefined;
    const { tokenId, isStale, sha256: _, ...principal } = found;
    if (isStale)
      await this.database.query('UPDATE api_token SET last_used_at = now() WHERE id = $1', [tokenId]);
    return principal;
  }

  private readonly findValid = batched(async (digests) => {
    const rows = await this.database.query<Principal & { sha256: string; tokenId: string; isStale: boolean }>(
      prepared(`SELECT p.id, p.kind, p.name, p.display_name AS "displayName", p.attributes, p.groups, p.groups_until AS "groupsUntil", t.scope, t.id AS "tokenId",
              CASE WHEN t.scope IS NOT NULL THEN t.expires_at END AS "scopeUntil", t.sha256, coalesce(t.last_used_at < now() - interval '${LAST_USED_GRAIN}', true) AS "isStale"
       FROM api_token AS t JOIN principal AS p ON p.id = t.principal_id
       WHERE t.sha256 = ANY($1::text[]) AND t.revoked_at IS NULL AND p.disabled_at IS NULL
         AND (t.expires_at IS NULL OR t.expires_at > now())`),
      [digests],
    );
    return new Map(rows.map((row) => [row.sha256, row]));
  });
}
