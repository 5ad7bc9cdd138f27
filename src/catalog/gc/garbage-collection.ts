import { z } from 'zod';
import { DomainError, NotFoundError } from '../../platform/index.js';
import type { Config } from '../../platform/index.js';

/** How long things are kept, in seconds. */
export interface KeepingTimes {
  /** What nothing reaches, before it is condemned. */
  readonly graceSeconds: number;
  /** What is condemned, before it is removed. */
  readonly undoSeconds: number;
  /** What branches were moved away from, and what deleted repositories hold. */
  readonly historySeconds: number;
}

export function keepingTimes(config: Config): KeepingTimes {
  return {
    graceSeconds: config.CAIRN_GC_GRACE_HOURS * 3600,
    undoSeconds: config.CAIRN_GC_UNDO_HOURS * 3600,
    historySeconds: config.CAIRN_GC_HISTORY_DAYS * 86_400,
  };
}

/** Objects, and the bytes of them. */
export interface Tally {
  objects: number;
  bytes: number;
}

export const noTally = (): Tally => ({ objects: 0, bytes: 0 });

export function count(tally: Tally, sizeBytes: number): void {
  tally.objects += 1;
  tally.bytes += sizeBytes;
}

/** What a collection found and did; of a dry run, what it would have done. */
export interface CollectionResult {
  readonly isDryRun: boolean;
  /** Commits that nothing reaches any more. */
  readonly commits: number;
  readonly reachable: Tally;
  /** Condemned now: removed by a collection after the undo time. */
  readonly condemned: Tally;
  /** Were condemned, and are reached again. */
  readonly revived: Tally;
  /** Were condemned long enough ago, and are gone. */
  readonly removed: Tally;
  /** Unreached and too young to be condemned. */
  readonly young: Tally;
  /** Some of what was condemned, by digest. */
  readonly sample: readonly string[];
}

/** One collection, as it is remembered. */
export interface GarbageCollection {
  readonly operationId: string;
  readonly isDryRun: boolean;
  readonly startedAt: Date;
  /** Since when something of what it condemned is gone. */
  readonly removedFromAt: Date | null;
  readonly undoneAt: Date | null;
  readonly undoneBy: string | null;
}

export const COLLECTION_INPUT = z.object({ isDryRun: z.boolean() });

export const collectionNotFound = (id: string): NotFoundError => new NotFoundError('Garbage collection', id);

/** Something of what the collection, or one after it, condemned is gone, so it cannot be undone as a whole. */
export class CollectionNotUndoableError extends DomainError {
  readonly kind = 'conflict';
  constructor(operationId: string, removedFromAt: Date) {
    super(
      `Garbage collection ${operationId} cannot be undone: since ${removedFromAt.toISOString()} some of what it, or a collection after it, condemned is gone.`,
      { operationId, removedFromAt },
    );
  }
}

/** The commit was not reached by anything any more, and its content may be gone. */
export class CommitCollectedError extends DomainError {
  readonly kind = 'not-found';
  constructor(repository: string, id: string, operationId: string) {
    super(
      `Commit ${repository}@${id} was collected as garbage. Undoing garbage collection ${operationId} brings it back, if that is possible still.`,
      { repository, id, operationId },
    );
  }
}
