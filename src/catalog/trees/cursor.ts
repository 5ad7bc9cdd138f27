import type { Sha256 } from '../../storage/index.js';
import type { ChildItem, TreeNode } from './node.js';
import type { CachedNodes } from './node-store.js';

/** True for every path before a position and false from there on. */
export type Passed = (path: string) => boolean;

/** @returns the index of the first item that is not passed; the length when all are */
export function lowerBound(items: readonly { readonly path: string }[], passed: Passed): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (passed(items[middle]!.path)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Walks the nodes of one level of a tree from left to right, reading only those it passes on the way down. */
export class LevelCursor {
  /** The inner nodes from the root down, each with the index of the child the cursor is under. */
  private readonly above: { items: readonly ChildItem[]; index: number }[] = [];
  private at: { sha256: Sha256; node: TreeNode } | undefined;

  constructor(
    private readonly nodes: CachedNodes,
    private readonly root: Sha256,
    private readonly level: number,
  ) {}

  /** The node the cursor is at. Call {@link seek} first. */
  get current(): { readonly sha256: Sha256; readonly node: TreeNode } {
    if (this.at === undefined) throw new RangeError('the cursor was not placed');
    return this.at;
  }

  get isLast(): boolean {
    return this.above.every(({ items, index }) => index === items.length - 1);
  }

  /** Goes to the first node that has a path not passed, or to the last node when all are passed. */
  async seek(passed: Passed): Promise<void> {
    this.above.length = 0;
    await this.descend(this.root, passed);
  }

  /** @returns false, staying where it is, when there is no next node */
  async next(): Promise<boolean> {
    if (this.isLast) return false;
    for (;;) {
      const frame = this.above.pop()!;
      if (frame.index < frame.items.length - 1) {
        this.above.push({ items: frame.items, index: frame.index + 1 });
        await this.descend(frame.items[frame.index + 1]!.sha256, () => false);
        return true;
      }
    }
  }

  private async descend(from: Sha256, passed: Passed): Promise<void> {
    let sha256 = from;
    let node = await this.nodes.load(sha256);
    while (node.level > this.level) {
      const items = node.items as readonly ChildItem[];
      const index = Math.min(lowerBound(items, passed), items.length - 1);
      this.above.push({ items, index });
      sha256 = items[index]!.sha256;
      node = await this.nodes.load(sha256);
    }
    this.at = { sha256, node };
  }
}
