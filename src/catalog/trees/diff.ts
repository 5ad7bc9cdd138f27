import type { Sha256 } from '../../storage/index.js';
import { entriesEqual, type TreeEntry } from './entry.js';
import { EMPTY_TREE, type ChildItem, type LeafItem, type TreeItem } from './node.js';
import type { CachedNodes } from './node-store.js';
import { comparePaths } from './paths.js';

/** A path that differs between two trees: added without `before`, removed without `after`. */
export interface TreeChange {
  readonly path: string;
  readonly before?: TreeEntry;
  readonly after?: TreeEntry;
}

/** The next thing on one side: an entry, or a sub-tree that was not opened yet. */
type Head =
  | { readonly kind: 'entry'; readonly item: LeafItem }
  | {
      readonly kind: 'subtree';
      readonly item: ChildItem;
      /** Of the sub-tree's own root. */
      readonly level: number;
      /** All paths in the sub-tree are greater than this one; `undefined` at the left edge. */
      readonly above: string | undefined;
    };

/** One tree, unfolded from left to right as far as is asked for. */
class Side {
  private readonly frames: {
    level: number;
    items: readonly TreeItem[];
    index: number;
    above: string | undefined;
  }[] = [];

  constructor(private readonly nodes: CachedNodes) {}

  async start(root: Sha256): Promise<this> {
    if (root === EMPTY_TREE) return this;
    const { level, items } = await this.nodes.load(root);
    const item: ChildItem = { path: items.at(-1)!.path, sha256: root, count: 0, sizeBytes: 0 };
    this.frames.push({ level: level + 1, items: [item], index: 0, above: undefined });
    return this;
  }

  get head(): Head | undefined {
    const frame = this.frames.at(-1);
    if (frame === undefined) return undefined;
    const item = frame.items[frame.index]!;
    if ('entry' in item) return { kind: 'entry', item };
    return { kind: 'subtree', item, level: frame.level - 1, above: this.aboveOf(frame) };
  }

  skip(): void {
    for (let frame = this.frames.at(-1); frame !== undefined; frame = this.frames.at(-1)) {
      frame.index += 1;
      if (frame.index < frame.items.length) return;
      this.frames.pop();
    }
  }

  async expand(): Promise<void> {
    const frame = this.frames.at(-1)!;
    const child = await this.nodes.load((frame.items[frame.index] as ChildItem).sha256);
    this.frames.push({ level: child.level, items: child.items, index: 0, above: this.aboveOf(frame) });
  }

  private aboveOf(frame: { items: readonly TreeItem[]; index: number; above: string | undefined }) {
    return frame.index > 0 ? frame.items[frame.index - 1]!.path : frame.above;
  }
}

/** @returns what differs, ascending by path; reads only nodes that are not in both trees */
export async function* diffTrees(
  nodes: CachedNodes,
  before: Sha256,
  after: Sha256,
): AsyncGenerator<TreeChange> {
  if (before === after) return;
  const left = await new Side(nodes).start(before);
  const right = await new Side(nodes).start(after);
  for (;;) {
    const a = left.head;
    const b = right.head;
    if (a === undefined && b === undefined) return;
    const opened = toOpen(a, b);
    if (opened === 'neither') {
      left.skip();
      right.skip();
    } else if (opened === 'left') await left.expand();
    else if (opened === 'right') await right.expand();
    else if (opened === 'both') {
      await left.expand();
      await right.expand();
    } else {
      const order = orderOf(a, b);
      const removed = order <= 0 && a?.kind === 'entry' ? a.item : undefined;
      const added = order >= 0 && b?.kind === 'entry' ? b.item : undefined;
      if (removed !== undefined) left.skip();
      if (added !== undefined) right.skip();
      if (!entriesEqual(removed?.entry, added?.entry)) {
        yield {
          path: (removed ?? added)!.path,
          ...(removed !== undefined && { before: removed.entry }),
          ...(added !== undefined && { after: added.entry }),
        };
      }
    }
  }
}

/** @returns below 0 when the left entry comes first, above 0 for the right one, 0 for the same path */
function orderOf(a: Head | undefined, b: Head | undefined): number {
  if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
  if (a.kind === 'entry' && b.kind === 'entry') return comparePaths(a.item.path, b.item.path);
  return a.kind === 'entry' ? -1 : 1;
}

/** Which sub-tree must be opened to go on; `neither` when both are the same, `undefined` when an entry is next. */
function toOpen(a: Head | undefined, b: Head | undefined): 'left' | 'right' | 'both' | 'neither' | undefined {
  if (a?.kind !== 'subtree') {
    if (b?.kind !== 'subtree') return undefined;
    return a !== undefined && isBefore(a.item.path, b) ? undefined : 'right';
  }
  if (b?.kind !== 'subtree') return b !== undefined && isBefore(b.item.path, a) ? undefined : 'left';
  if (a.item.sha256 === b.item.sha256) return 'neither';
  if (a.level !== b.level) return a.level > b.level ? 'left' : 'right';
  if (isBefore(a.item.path, b)) return 'left';
  return isBefore(b.item.path, a) ? 'right' : 'both';
}

function isBefore(path: string, subtree: Head & { kind: 'subtree' }): boolean {
  return subtree.above !== undefined && comparePaths(path, subtree.above) <= 0;
}
