import type { Sha256 } from '../../storage/index.js';
import type { CachedNodes } from './cached-nodes.js';
import type { TreeEntry } from './entry.js';
import { type Item, Side, type Window } from './diff-side.js';
import { rangeOf, type TreeRange } from './list.js';
import { EMPTY_TREE, leafItem, type TreeNode } from './node.js';
import { rootItem } from './root-item.js';

/** A path that differs between two trees: added without `before`, removed without `after`. */
export interface TreeChange {
  readonly path: string;
  readonly before?: TreeEntry;
  readonly after?: TreeEntry;
}

/**
 * Goes down both trees a level at a time. On each level a node that is in both trees is dropped from both, and the
 * others are opened, many at once; what is left of the leaves is the difference. A level works on a window of paths
 * at a time, so that little is held and the first changes come soon.
 * @returns what differs, ascending by path; reads only nodes that are not in both trees
 */
export async function* diffTrees(
  nodes: CachedNodes,
  before: Sha256,
  after: Sha256,
  query: TreeRange,
): AsyncGenerator<TreeChange> {
  const range = rangeOf(query);
  if (before === after) return;
  const [left, right] = await nodes.loadMany([before, after]);
  let windows: AsyncIterable<Window> = once({
    left: before === EMPTY_TREE ? [] : [rootItem(before, left!)],
    right: after === EMPTY_TREE ? [] : [rootItem(after, right!)],
    upTo: undefined,
  });
  for (let level = Math.max(left!.level, right!.level); level >= 0; level -= 1) {
    const sides = [left!, right!].map((root) => new Side(range, level <= root.level)) as [Side, Side];
    windows = openLevel(nodes, level, windows, ...sides);
  }
  for await (const window of ahead(windows)) yield* changesOf(window);
}

/** What differs between leaves of two trees. @param before both ascending, as the items that the leaves are in the level above */
export async function* diffLeaves(
  nodes: CachedNodes,
  before: readonly Item[],
  after: readonly Item[],
): AsyncGenerator<TreeChange> {
  const all = rangeOf({});
  const window = { left: before, right: after, upTo: undefined };
  const windows = openLevel(nodes, 0, once(window), new Side(all, true), new Side(all, true));
  for await (const opened of ahead(windows)) yield* changesOf(opened);
}

/** Works out the next one while this one is looked at, from the second on: who wants the first may want no more. */
async function* ahead<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  const source = items[Symbol.asyncIterator]();
  let coming = source.next();
  try {
    for (let isFirst = true; ; isFirst = false) {
      const { done, value } = await coming;
      if (done === true) return;
      if (isFirst) {
        yield value;
        coming = source.next();
      } else {
        coming = source.next();
        // It may fail unheard: whoever is done with this one asks for it, or has ended.
        coming.catch(() => undefined);
        yield value;
      }
    }
  } finally {
    await source.return?.();
  }
}

/** Nodes that a level opens at once: few at first, as a page may want no more. */
const FIRST_NODES = 64;
const MOST_NODES = 1024;

async function* openLevel(
  nodes: CachedNodes,
  level: number,
  windows: AsyncIterable<Window>,
  left: Side,
  right: Side,
): AsyncGenerator<Window> {
  for await (const { ofLeft, loading, upTo } of ahead(loadLevel(nodes, windows, left, right))) {
    const opened = await loading;
    left.open(opened.slice(0, ofLeft));
    right.open(opened.slice(ofLeft));
    yield cancel(left, right, upTo, level > 0);
  }
}

/** Nodes of both sides on their way, those of the left one first. */
interface Batch {
  readonly ofLeft: number;
  readonly loading: Promise<readonly TreeNode[]>;
  /** Up to where all is opened once they are; `undefined`: to the end. */
  readonly upTo: Item | undefined;
}

/** Chooses which nodes are opened together, and begins to read them: with {@link ahead}, the next ones while these come. */
async function* loadLevel(
  nodes: CachedNodes,
  windows: AsyncIterable<Window>,
  left: Side,
  right: Side,
): AsyncGenerator<Batch> {
  let size = FIRST_NODES;
  for await (const window of ahead(windows)) {
    left.queue(window.left);
    right.queue(window.right);
    for (let isDone = false; !isDone; size = MOST_NODES) {
      takeInOrder(left, right, size);
      isDone = left.isEmpty && right.isEmpty;
      const names = left.collect();
      const loading = nodes.loadMany([...names, ...right.collect()]);
      // Who has ended does not ask how it went.
      loading.catch(() => undefined);
      const upTo = isDone ? window.upTo : lesser(left.knownTo, right.knownTo);
      yield { ofLeft: names.length, loading, upTo };
    }
  }
}

/** Chooses the next nodes to open on both sides, so that both get about equally far. */
function takeInOrder(left: Side, right: Side, size: number): void {
  for (let taken = 0; taken < size && !(left.isEmpty && right.isEmpty); taken += 1) {
    const a = left.next;
    const b = right.next;
    if (b === undefined || (a !== undefined && compareItems(a, b) <= 0)) left.take();
    else right.take();
  }
  // What one side has taken may lie within the next node of the other.
  if (!left.isEmpty) left.take();
  if (!right.isEmpty) right.take();
}

/**
 * Hands on what the two sides have opened up to a path, without the items that both have.
 * @param upTo `undefined`: to the end
 * @param isInner whether the items are sub-trees, of which the next one may begin before `upTo`
 */
function cancel(left: Side, right: Side, upTo: Item | undefined, isInner: boolean): Window {
  const window: { left: Item[]; right: Item[]; upTo: Item | undefined } = { left: [], right: [], upTo };
  for (;;) {
    const a = left.run;
    const b = right.run;
    if (a !== undefined && b !== undefined) {
      const shared = a.items.sharedRun(a.at, b.items, b.at, Math.min(a.end - a.at, b.end - b.at));
      if (shared > 0) {
        left.drop(shared);
        right.drop(shared);
        continue;
      }
    }
    const order = a === undefined ? 1 : b === undefined ? -1 : compareItems(a, b);
    const first = order <= 0 ? a : b;
    if (first === undefined || (upTo !== undefined && compareItems(first, upTo) > 0)) break;
    if (order <= 0) window.left.push(takeFrom(left));
    if (order >= 0) window.right.push(takeFrom(right));
  }
  if (isInner) {
    if (left.run !== undefined) window.left.push(takeFrom(left));
    if (right.run !== undefined) window.right.push(takeFrom(right));
  }
  return window;
}

function takeFrom(side: Side): Item {
  const { items, at } = side.run!;
  side.drop(1);
  return { items, at };
}

function* changesOf({ left, right }: Window): Generator<TreeChange> {
  let l = 0;
  let r = 0;
  while (l < left.length || r < right.length) {
    const a = left[l];
    const b = right[r];
    const order = a === undefined ? 1 : b === undefined ? -1 : compareItems(a, b);
    if (order <= 0) l += 1;
    if (order >= 0) r += 1;
    const removed = order <= 0 ? leafItem(a!.items, a!.at) : undefined;
    const added = order >= 0 ? leafItem(b!.items, b!.at) : undefined;
    yield {
      path: (removed ?? added)!.path,
      ...(removed !== undefined && { before: removed.entry }),
      ...(added !== undefined && { after: added.entry }),
    };
  }
}

function compareItems(a: Item, b: Item): number {
  return a.items.comparePaths(a.at, b.items, b.at);
}

function lesser(a: Item | undefined, b: Item | undefined): Item | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareItems(a, b) <= 0 ? a : b;
}

async function* once(window: Window): AsyncGenerator<Window> {
  yield window;
}
