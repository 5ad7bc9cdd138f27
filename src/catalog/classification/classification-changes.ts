import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import type { Asset } from '../assets/asset.js';
import { AssetService } from '../assets/asset.service.js';
import { classificationChanges } from './metrics.js';

/** What was changed about classifications, and by whom. */
export interface ClassificationChange {
  readonly action:
    | 'add'
    | 'remove'
    | 'confirmed'
    | 'rejected'
    | 'suggested'
    | 'scan'
    | 'declassifier-requested'
    | 'declassifier-confirmed'
    | 'declassifier-ended';
  /** Subject. */
  readonly author: string;
  readonly asset: Pick<Asset, 'namespace' | 'kind' | 'identityName'>;
  readonly column?: string;
  readonly tags: readonly string[];
  readonly reason?: string;
}

/** Every change that people and scanners make to classifications is told here, in the transaction that makes it. */
@Injectable()
export class ClassificationChanges {
  constructor(
    private readonly database: Database,
    private readonly assets: AssetService,
  ) {}

  async tell(change: ClassificationChange): Promise<void> {
    const { action, author, asset, ...detail } = change;
    await this.assets.changed(author, `classification.${action}`, asset, detail);
    this.database.afterCommit(() => classificationChanges.inc({ action }));
  }
}
