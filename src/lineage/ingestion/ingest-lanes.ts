import { AsyncLocalStorage } from 'node:async_hooks';
import { ByteBound } from './byte-bound.js';

/** Size of an item in the lane, in bytes of its JSON. */
interface Sized {
  readonly sizeBytes: number;
}

interface Waiting<Item, Outcome> {
  readonly item: Item;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/** Bounds of the lanes. */
export interface LaneBounds {
  /** Batches that are worked on at once: while one is with the database, another is made. */
  readonly lanes: number;
  /** Items of one batch at most. */
  readonly maxItems: number;
  /** Bytes of one batch at most; a larger item is a batch of its own. */
  readonly maxBatchBytes: number;
  /** Bytes that may wait; beyond them items are refused. */
  readonly maxWaitingBytes: number;
  /** Longest pause after a batch of several, in which the next one gathers. */
  readonly gatherMs: number;
}

/**
 * A few lanes through which concurrent callers pass in batches: while batches are worked on, the next ones gather. The cost of a
 * transaction is shared by those who wait for it: the next one waits a moment for it, a lone one does not. The lanes share what there is
 * alike.
 */
export class IngestLanes<Item extends Sized, Outcome> {
  private waiting: Waiting<Item, Outcome>[] = [];
  private readonly waitingBytes: ByteBound;
  private running = 0;
  private underWay = 0;
  /** The lanes belong to no request: their work is not part of the one that happened to start it. */
  private readonly outside = AsyncLocalStorage.snapshot();

  /** @param work one outcome per item, in order; what it throws is thrown to all of the batch */
  constructor(
    private readonly bounds: LaneBounds,
    private readonly work: (
      items: readonly Item[],
    ) => Promise<readonly ({ ok: Outcome } | { error: unknown })[]>,
  ) {
    this.waitingBytes = new ByteBound(bounds.maxWaitingBytes);
  }

  /** Whether nothing waits and nothing is worked on. */
  get isIdle(): boolean {
    return this.running === 0;
  }

  /** Waits for the item's outcome. @throws {IngestionOverloadedError} */
  pass(item: Item): Promise<Outcome> {
    this.waitingBytes.take(item.sizeBytes);
    const outcome = new Promise<Outcome>((resolve, reject) => this.waiting.push({ item, resolve, reject }));
    if (this.running < this.bounds.lanes) {
      this.running++;
      this.outside(() => void this.run());
    }
    return outcome;
  }

  /** Items of the next batch: as many as each lane would have. */
  private get share(): number {
    const all = this.waiting.length + this.underWay;
    return Math.min(this.bounds.maxItems, Math.ceil(all / this.bounds.lanes));
  }

  private async run(): Promise<void> {
    // Requests that arrived with this one are still being read: they come along.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      const batch = this.takeBatch();
      this.underWay += batch.length;
      await this.runBatch(batch);
      const expected = Math.min(batch.length + this.waiting.length, this.share);
      this.underWay -= batch.length;
      await this.gather(expected);
    }
    this.running--;
  }

  /**
   * Lets those who were just answered come back with their next item: without this they and those who waited would take turns in half
   * batches for ever. A lone caller is not held up.
   */
  private async gather(expected: number): Promise<void> {
    if (expected === 1) return;
    const until = performance.now() + this.bounds.gatherMs;
    while (this.waiting.length < expected && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 1));
  }

  private takeBatch(): Waiting<Item, Outcome>[] {
    const maxItems = this.share;
    let sizeBytes = 0;
    let count = 0;
    for (const { item } of this.waiting) {
      if (count === maxItems || (count > 0 && sizeBytes + item.sizeBytes > this.bounds.maxBatchBytes)) break;
      sizeBytes += item.sizeBytes;
      count++;
    }
    this.waitingBytes.give(sizeBytes);
    return this.waiting.splice(0, count);
  }

  private async runBatch(batch: readonly Waiting<Item, Outcome>[]): Promise<void> {
    try {
      const outcomes = await this.work(batch.map(({ item }) => item));
      batch.forEach(({ resolve, reject }, i) => {
        const outcome = outcomes[i]!;
        if ('ok' in outcome) resolve(outcome.ok);
        else reject(outcome.error);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
