import type { Sha256 } from '../../storage/index.js';
import type { CachedNodes } from './cached-nodes.js';
import { isPassed } from './cursor.js';
import { type Items, ItemWriter } from './items.js';
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

/** One tree on one level of a diff: nodes that wait to be opened, and items that came out of them. */
export class Side {
  private waiting: Item[] = [];
  private nextAt = 0;
  private taken: Item[] = [];
  private lastTaken: Item | undefined;
  private opened: Item[] = [];
  private openedAt = 0;

  /** @param isOpening false while the other tree is the higher one: nodes pass through as they are */
  constructor(
    private readonly nodes: CachedNodes,
    private readonly range: Range,
    private readonly isOpening: boolean,
  ) {}

  /** The whole tree as the one child of a node above it. */
  static rootItem(sha256: Sha256, { items }: TreeNode): Item {
    const writer = new ItemWriter(1);
    writer.writeChild(items, items.count - 1, Buffer.from(sha256, 'hex'), 0, 0);
    return { items: writer.finish(), at: 0 };
  }

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

  /** Opens the nodes that were taken. */
  async open(): Promise<void> {
    const { taken } = this;
    this.taken = [];
    this.opened = this.opened.slice(this.openedAt);
    this.openedAt = 0;
    if (!this.isOpening) {
      this.opened.push(...taken);
      return;
    }
    const opened = await this.nodes.loadMany(taken.map(({ items, at }) => items.sha256(at)));
    for (const { level, items } of opened) this.unfold(items, level > 0);
  }

  /** The first opened item, unless it lies behind a path. */
  openedUpTo(upTo: Item | undefined): Item | undefined {
    const item = this.opened[this.openedAt];
    if (item === undefined || upTo === undefined) return item;
    return item.items.comparePaths(item.at, upTo.items, upTo.at) <= 0 ? item : undefined;
  }

  drop(): void {
    this.openedAt += 1;
  }

  /** Takes out the first opened item, if there is one. */
  dropOne(): readonly Item[] {
    const item = this.opened[this.openedAt];
    if (item === undefined) return [];
    this.openedAt += 1;
    return [item];
  }

  private unfold(items: Items, isInner: boolean): void {
    for (let at = 0; at < items.count; at += 1) {
      if (isPassed(items, at, this.range.start)) continue;
      const isBeyond = this.range.isBeyond(items, at);
      if (isBeyond && !isInner) return;
      this.opened.push({ items, at });
      // A sub-tree whose greatest path lies beyond may begin within; the next one does not.
      if (isBeyond) return;
    }
  }
}
