import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { Database, isInTransaction } from '../../platform/index.js';
import type { TreeEdit } from '../trees/index.js';
import { commitKey } from './commit-key.js';
import { StagingRepository } from './staging.repository.js';

/** Changes of one transaction, but for a request that has more. */
const MAX_CHANGES = 1_000;

/** Edits that one request wants staged, all or none. */
interface Wanted {
  readonly edits: readonly TreeEdit[];
  readonly stagedBy: string;
}

interface Waiting extends Wanted {
  readonly resolve: (isStaged: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Stages what is wanted without a condition. What comes for a branch while a transaction of it is under way shares the next one, so that
 * many writers of small files cost few commits of the database.
 */
@Injectable()
export class StagingLanes {
  private readonly lanes = new Map<string, Waiting[]>();
  /** What is done for many belongs to no request of theirs. */
  private readonly outside = AsyncLocalStorage.snapshot();

  constructor(
    private readonly database: Database,
    private readonly staging: StagingRepository,
  ) {}

  /** Resolves once it is on disk; within a transaction, when that ends. @returns false when there is no such branch */
  async write(
    repositoryId: string,
    branch: string,
    edits: readonly TreeEdit[],
    stagedBy: string,
  ): Promise<boolean> {
    if (isInTransaction()) return this.land(repositoryId, branch, [{ edits, stagedBy }]);
    return new Promise((resolve, reject) => {
      const waiting = { edits, stagedBy, resolve, reject };
      const key = commitKey(repositoryId, branch);
      const lane = this.lanes.get(key);
      if (lane !== undefined) {
        lane.push(waiting);
        return;
      }
      const begun = [waiting];
      this.lanes.set(key, begun);
      this.outside(() => void this.run(key, begun, (batch) => this.land(repositoryId, branch, batch)));
    });
  }

  /** Until nobody waits any more; never throws. */
  private async run(
    key: string,
    lane: Waiting[],
    land: (batch: readonly Wanted[]) => Promise<boolean>,
  ): Promise<void> {
    while (lane.length > 0) {
      const batch = lane.splice(0, countWithin(lane, MAX_CHANGES));
      try {
        const isStaged = await land(batch);
        for (const { resolve } of batch) resolve(isStaged);
      } catch {
        // What the database refuses of one must not fail the others.
        for (const one of batch) await land([one]).then(one.resolve, one.reject);
      }
    }
    // In the same turn as the last look: who comes later begins a lane.
    this.lanes.delete(key);
  }

  private land(repositoryId: string, branch: string, batch: readonly Wanted[]): Promise<boolean> {
    return this.database.run(async () => {
      const area = await this.staging.openArea(repositoryId, branch);
      if (area === undefined) return false;
      const changes = batch.flatMap(({ edits, stagedBy }) => edits.map((edit) => ({ ...edit, stagedBy })));
      // Of several for one path the last one counts.
      const byPath = new Map(changes.map((change) => [change.path, change]));
      await this.staging.write(area.id, [...byPath.values()]);
      return true;
    });
  }
}

/** How many of those that wait, in their order, have `limit` changes at most; one in any case. */
function countWithin(lane: readonly Wanted[], limit: number): number {
  let changes = 0;
  const end = lane.findIndex(({ edits }) => (changes += edits.length) > limit);
  return end < 0 ? lane.length : Math.max(1, end);
}
