import { Inject, Injectable } from '@nestjs/common';
import { Database, LOGGER, type Logger } from '../../platform/index.js';
import { classificationChanges } from './metrics.js';

/** What was changed about classifications, and by whom. */
export interface ClassificationChange {
  readonly action:
    | 'set'
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
  readonly assetId: string;
  readonly column?: string;
  readonly tags: readonly string[];
  readonly reason?: string;
}

/** Every change that people and scanners make to classifications is told here, in the transaction that makes it. */
@Injectable()
export class ClassificationChanges {
  constructor(
    private readonly database: Database,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  async tell(change: ClassificationChange): Promise<void> {
    this.database.afterCommit(() => {
      classificationChanges.inc({ action: change.action });
      this.log.info({ classification: change }, 'classification: changed');
    });
  }
}
