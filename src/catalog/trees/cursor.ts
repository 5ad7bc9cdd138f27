import type { Sha256 } from '../../storage/index.js';
import type { CachedNodes } from './cached-nodes.js';
import type { Items } from './items.js';
import type { TreeNode } from './node.js';

/** A position between paths: before `key`, after it, or behind all paths that begin with it. */
export interface Position {
  readonly key: Buffer;
  readonly side: 'before' | 'after' | 'behind';
}

/** Whether an item lies before the position. True for the first items and false from some item on. */
export function isPassed(items: Items, at: number, { key, side }: Position): boolean {
  const order = items.compareToKey(at, key);
  if (order <= 0) return order < 0 || side !== 'before';
  return side === 'behind' && startsWith(items, at, key);
}

export function startsWith(items: Items, at: number, prefix: Buffer): boolean {
  if (items.pathLength(at) < prefix.length) return false;
  const start = items.pathStart(at);
  for (let i = 0; i < prefix.length; i += 1) if (items.bytes[start + i] !== prefix[i]) return false;
  return true;
}

/** @returns the index of the first item from `from` on that is not passed; the count when all are */
export function lowerBound(items: Items, position: Position, from = 0): number {
  let low = from;
  let high = items.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isPassed(items, middle, position)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many nodes a walk reads at once, from its second on: more each time, as it shows to go on. */
const FIRST_AHEAD = 4;
const MOST_AHEAD = 64;

/** Walks the nodes of one level of a tree from left to right, reading only those it passes on the way down. */
export class LevelCursor {
  /** The inner nodes from the root down, each with the index of the child the cursor is under. */
  private readonly above: { items: Items; index: number }[] = [];
  private at: { sha256: Sha256; node: TreeNode } | undefined;
  private ahead = FIRST_AHEAD;

  /** @param readsAhead whether the nodes that {@link next} comes to are read some at a time */
  constructor(
    private readonly nodes: CachedNodes,
    private readonly root: Sha256,
    private readonly level: number,
    private readonly readsAhead = false,
  ) {}

  /** The node the cursor is at. Call {@link seek} first. */
  get current(): { readonly sha256: Sha256; readonly node: TreeNode } {
    if (this.at === undefined) throw new RangeError('the cursor was not placed');
    return this.at;
  }

  get isLast(): boolean {
    return this.above.every(({ items, index }) => index === items.count - 1);
  }

  /** Goes to the first node that has a path not passed, or to the last node when all are passed. */
  async seek(position: Position): Promise<void> {
    this.above.length = 0;
    await this.descend(this.root, position);
  }

  /** @returns false, staying where it is, when there is no next node */
  async next(): Promise<boolean> {
    if (this.isLast) return false;
    for (;;) {
      const frame = this.above.pop()!;
      if (frame.index < frame.items.count - 1) {
        frame.index += 1;
        this.above.push(frame);
        const sha256 = frame.items.sha256(frame.index);
        if (this.readsAhead && this.nodes.peek(sha256) === undefined) await this.readAhead(frame);
        await this.descend(sha256);
        return true;
      }
    }
  }

  private async readAhead({ items, index }: { items: Items; index: number }): Promise<void> {
    const count = Math.min(this.ahead, items.count - index);
    this.ahead = Math.min(this.ahead * 2, MOST_AHEAD);
    await this.nodes.loadMany(Array.from({ length: count }, (_, i) => items.sha256(index + i)));
  }

  private async descend(from: Sha256, position?: Position): Promise<void> {
    let sha256 = from;
    let node = this.nodes.peek(sha256) ?? (await this.nodes.load(sha256));
    while (node.level > this.level) {
      const { items } = node;
      const index = position === undefined ? 0 : Math.min(lowerBound(items, position), items.count - 1);
      this.above.push({ items, index });
      sha256 = items.sha256(index);
      node = this.nodes.peek(sha256) ?? (await this.nodes.load(sha256));
    }
    this.at = { sha256, node };
  }
}
