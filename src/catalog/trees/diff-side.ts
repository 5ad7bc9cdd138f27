import type { Sha256 } from '../../storage/index.js';
import { lowerBound } from './cursor.js';
import type { Items } from './items.js';
import type { Range } from './list.js';
import type { TreeNode } from './node.js';

/** One item of a node. */
export interface Item {
  readonly items: Items;
  readonly at: number;
}

/** What one level hands to the one below: the items of both trees that are not in both, ascending. */
export interface Window {
  readonly left: readonly Item[];
  readonly right: readonly Item[];
  /** Whatever can have a path up to this one has been handed on; `undefined`: everything has. */
  readonly upTo: Item | undefined;
}

/** Items of a node that follow each other; `at` moves on as they are handed on or dropped. */
interface Run {
  readonly items: Items;
  at: number;
  readonly end: number;
}

/** One tree on one level of a diff: nodes that wait to be opened, and items that came out of them. */
export class Side {
  private waiting: Item[] = [];
  private nextAt = 0;
  private taken: Item[] = [];
  private lastTaken: Item | undefined;
  private opened: Run[] = [];
  private openedAt = 0;

  /** @param isOpening false while the other tree is the higher one: nodes pass through as they are */
  constructor(
    private readonly range: Range,
    private readonly isOpening: boolean,
  ) {}

  queue(nodes: readonly Item[]): void {
    this.waiting = [...this.waiting.slice(this.nextAt), ...nodes];
    this.nextAt = 0;
  }

  get isEmpty(): boolean {
    return this.nextAt === this.waiting.length;
  }

  get next(): Item | undefined {
    return this.waiting[this.nextAt];
  }

  take(): void {
    this.lastTaken = this.waiting[this.nextAt]!;
    this.taken.push(this.lastTaken);
    this.nextAt += 1;
  }

  /** Up to where all items are opened; `undefined` when nothing waits. */
  get knownTo(): Item | undefined {
    return this.isEmpty ? undefined : this.lastTaken;
  }

  /**
   * The nodes that were taken and are to be opened, which may be named before those named earlier are. Those of a side that opens nothing are
   * opened by this.
   */
  collect(): Sha256[] {
    const { taken } = this;
    this.taken = [];
    this.opened = this.opened.slice(this.openedAt);
    this.openedAt = 0;
    if (this.isOpening) return taken.map(({ items, at }) => items.sha256(at));
    for (const { items, at } of taken) this.opened.push({ items, at, end: at + 1 });
    return [];
  }

  /** Takes in the nodes that {@link collect} named. */
  open(nodes: readonly TreeNode[]): void {
    for (const { level, items } of nodes) {
      const at = lowerBound(items, this.range.start);
      const beyond = this.range.end(items, at);
      // A sub-tree whose greatest path lies beyond may begin within; the next one does not.
      const end = level > 0 ? Math.min(beyond + 1, items.count) : beyond;
      if (at < end) this.opened.push({ items, at, end });
    }
  }

  /** The items that come next and lie in one node. */
  get run(): Readonly<Run> | undefined {
    return this.opened[this.openedAt];
  }

  /** Passes over so many items of {@link run}. */
  drop(count: number): void {
    const run = this.opened[this.openedAt]!;
    run.at += count;
    if (run.at === run.end) this.openedAt += 1;
  }
}
