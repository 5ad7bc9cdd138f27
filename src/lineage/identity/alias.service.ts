import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AssetService } from '../../catalog/index.js';
import type { Principal } from '../../identity/index.js';
import { validate } from '../../platform/index.js';
import { IdentityRepository } from './identity.repository.js';
import { MAX_MEMBERS } from './names-of.js';

const FIRST = z.number().int().min(1, 'must be 1 to 200').max(200, 'must be 1 to 200');

/** Another name of an asset. */
export interface AssetAlias {
  readonly id: string;
  readonly identityNamespace: string;
  readonly identityName: string;
  readonly reason: string;
}

/** Other names of assets, for people. */
@Injectable()
export class AliasService {
  constructor(
    private readonly repository: IdentityRepository,
    private readonly assets: AssetService,
  ) {}

  /** Those of the latest 1,000 that the caller may see, the latest first. The caller may see the asset. @param first 1–200 */
  async aliases(caller: Principal, assetId: string, first: number): Promise<AssetAlias[]> {
    const count = validate(FIRST, first, 'first');
    const rows = await this.repository.members([assetId], MAX_MEMBERS);
    if (rows.length === 0) return [];
    const visible = await this.assets.getVisible(
      caller,
      rows.map(({ rawId }) => rawId),
    );
    return rows
      .flatMap(({ rawId, reason }) => {
        const name = visible.get(rawId);
        return name === undefined
          ? []
          : [
              {
                id: rawId,
                identityNamespace: name.identityNamespace,
                identityName: name.identityName,
                reason,
              },
            ];
      })
      .slice(0, count);
  }
}
