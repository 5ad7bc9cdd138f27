import { Inject, Injectable } from '@nestjs/common';
import pLimit from 'p-limit';
import { CONFIG, type Config, Database, LOGGER, type Logger } from '../../platform/index.js';
import { OBJECT_STORE, type ObjectStore } from '../../storage/index.js';
import { type OperationContext, OperationRunner } from '../operations/operation-runner.js';
import {
  COLLECTION_INPUT,
  type CollectionResult,
  count,
  type GarbageCollection,
  type KeepingTimes,
  keepingTimes,
  noTally,
  type Tally,
} from './garbage-collection.js';
import { GcRepository } from './gc.repository.js';
import { GcRoots } from './gc-roots.js';
import { type Marked, Marker } from './marker.js';
import { collectedBytes, collectedObjects } from './metrics.js';

const REMOVALS_AT_ONCE = 8;
/** A batch of removals that takes longer may have been taken over by another process. */
const REMOVAL_DEADLINE_MS = 10 * 60_000;
const SAMPLE = 20;

/**
 * A collection: commits that nothing reaches are collected; what the others reach is marked; objects that are not, and that nobody
 * said to need within the grace period, are condemned; those that were condemned before the undo time and are not reached now are
 * removed. Why each step is safe while others write: docs/adr/0016.
 */
@Injectable()
export class Collector {
  private readonly times: KeepingTimes;

  constructor(
    private readonly database: Database,
    private readonly rows: GcRepository,
    private readonly roots: GcRoots,
    private readonly marker: Marker,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
    @Inject(CONFIG) config: Config,
    @Inject(LOGGER) private readonly log: Logger,
    runner: OperationRunner,
  ) {
    this.times = keepingTimes(config);
    runner.handle('garbage-collection', (context) => this.run(context));
  }

  private async run(context: OperationContext): Promise<void> {
    const { operation, signal } = context;
    const { isDryRun } = COLLECTION_INPUT.parse(operation.input);
    await this.rows.begin(operation.id, isDryRun);
    const collection = (await this.database.run(() => this.rows.find(operation.id)))!;
    context.progress({ done: 0, step: 'looking for commits that nothing reaches' });
    const commits = await this.collectCommits(collection);
    const leftOut = new Set(commits);
    const marked = await this.marker.mark(
      (commit) => leftOut.has(commit),
      signal,
      (done) => context.progress({ done, unit: 'objects', step: 'marking what is reached' }),
    );
    const sorted = await this.condemn(collection, marked, context);
    const removed = isDryRun
      ? await this.wouldRemove(collection, marked)
      : await this.remove(collection, context);
    const result: CollectionResult = { isDryRun, commits: commits.length, ...sorted, removed };
    if (!isDryRun) {
      collectedObjects.inc(removed.objects);
      collectedBytes.inc(removed.bytes);
      this.log.info({ operation: operation.id, ...result, sample: undefined }, 'garbage was collected');
    }
    await context.succeed(result);
  }

  /** @returns those that are collected now, or in a dry run would be */
  private async collectCommits({ operationId, isDryRun }: GarbageCollection): Promise<string[]> {
    const kept: string[] = [];
    for (const provider of this.roots.commits.values())
      for await (const batch of provider()) kept.push(...batch);
    return this.database.run(async () => {
      const commits = await this.rows.unreachedCommits(this.times, kept);
      if (!isDryRun && commits.length > 0) await this.rows.collectCommits(operationId, commits);
      return commits;
    });
  }

  private async condemn(
    { operationId, startedAt, isDryRun }: GarbageCollection,
    marked: Marked,
    context: OperationContext,
  ): Promise<Omit<CollectionResult, 'isDryRun' | 'commits' | 'removed'>> {
    const [reachable, condemned, revived, young] = [noTally(), noTally(), noTally(), noTally()];
    const sample: string[] = [];
    let done = 0;
    for await (const batch of this.rows.ledger(startedAt, this.times)) {
      context.signal.throwIfAborted();
      const live = batch.filter(({ sha256 }) => marked.has(sha256));
      for (const { sizeBytes } of live) count(reachable, sizeBytes);
      const back = live.filter(({ isCondemned }) => isCondemned);
      for (const { sizeBytes } of back) count(revived, sizeBytes);
      if (!isDryRun && back.length > 0) await this.rows.revive(back.map(({ sha256 }) => sha256));
      const reached = new Set(live);
      const garbage = batch.filter((row) => !reached.has(row) && !row.isCondemned);
      const old = garbage.filter(({ isOld }) => isOld);
      const digests = old.map(({ sha256 }) => sha256);
      const isGone: { has(sha256: string): boolean } = isDryRun
        ? new Set(digests)
        : await this.rows.condemn(operationId, digests, startedAt, this.times);
      for (const { sha256, sizeBytes } of garbage) {
        count(isGone.has(sha256) ? condemned : young, sizeBytes);
        if (isGone.has(sha256) && sample.length < SAMPLE) sample.push(sha256);
      }
      done += batch.length;
      context.progress({ done, unit: 'objects', step: 'condemning what is not' });
    }
    return { reachable, condemned, revived, young, sample };
  }

  private async wouldRemove({ startedAt }: GarbageCollection, marked: Marked): Promise<Tally> {
    const removed = noTally();
    for await (const { sha256, sizeBytes } of this.rows.removable(startedAt, this.times))
      if (!marked.has(sha256)) count(removed, sizeBytes);
    return removed;
  }

  /** What is condemned still was not reached by the marking of this collection, nor touched since. */
  private async remove({ startedAt }: GarbageCollection, context: OperationContext): Promise<Tally> {
    const removed = noTally();
    const limit = pLimit(REMOVALS_AT_ONCE);
    for (;;) {
      context.signal.throwIfAborted();
      const until = performance.now() + REMOVAL_DEADLINE_MS;
      const taken = await this.database.run(() => this.rows.takeToRemove(startedAt, this.times));
      if (taken.length === 0) return removed;
      const gone: string[] = [];
      await Promise.all(
        taken.map(({ sha256, sizeBytes }) =>
          limit(async () => {
            if (performance.now() > until) return;
            await this.objects.delete(sha256);
            gone.push(sha256);
            count(removed, sizeBytes);
          }),
        ),
      );
      await this.rows.forget(gone);
      context.progress({
        done: removed.objects,
        unit: 'objects',
        step: 'removing what was condemned before',
      });
    }
  }
}
