import type { Sha256 } from '../../storage/index.js';
import type { CachedNodes } from './cached-nodes.js';
import type { Item } from './diff-side.js';
import { editsBetween } from './edits.js';
import { ItemWriter } from './item-writer.js';
import type { Items } from './items.js';
import { EMPTY_TREE, type TreeNode } from './node.js';
import { rootItem } from './root-item.js';

/** One of each: of the tree that both sides come from, of ours, and of theirs. */
export type Trio<T> = readonly [base: T, ours: T, theirs: T];

/** Edits of the items that the nodes of a level have: whole sub-trees of theirs in the place of ours. */
export interface Graft {
  readonly level: number;
  readonly edits: Items;
}

/** How far three trees are merged by their nodes alone. */
export interface Split {
  /** The tree that the rest is done to. */
  readonly start: Sha256;
  /** To be done from the highest level down. */
  readonly grafts: readonly Graft[];
  /** Leaves where both sides changed something: their entries decide. */
  readonly contested: Trio<readonly Item[]>;
}

/**
 * Goes down three trees a level at a time, from where all of them have nodes. A level is cut into stretches where a node of each
 * ends at the same path. A stretch that theirs left alone, or that both made the same, stays as ours has it; one that ours left alone
 * is taken from theirs, whatever is below; of the others the nodes are opened. So it reads what both sides changed and what is on the way
 * there, however much one of them changed. It holds the nodes of a level that were opened: of the leaves only the names.
 *
 * Between two such ends the nodes are those that the items have when they are cut from there on, in any tree with these items. So what
 * is grafted is what the merged tree is to have, once what is above it is grafted.
 */
export async function splitTrees(nodes: CachedNodes, roots: Trio<Sha256>): Promise<Split> {
  const [base, ours, theirs] = roots;
  if (theirs === base || theirs === ours) return { start: ours, grafts: [], contested: [[], [], []] };
  if (ours === base) return { start: theirs, grafts: [], contested: [[], [], []] };
  const loaded = await nodes.loadMany(roots);
  let level = Math.min(...loaded.filter((_, i) => roots[i] !== EMPTY_TREE).map((node) => node.level));
  const grafts: Graft[] = [];
  let sides = trio(await Promise.all(roots.map((root, i) => itemsAt(nodes, root, loaded[i]!, level))));
  for (let isTail = true; ; level -= 1) {
    const stretches = new Stretches();
    isTail = stretches.cut(sides, isTail);
    const edits = stretches.finish();
    if (edits.count > 0) grafts.push({ level: level + 1, edits });
    sides = stretches.contested;
    if (level === 0 || sides.every(({ length }) => length === 0))
      return { start: ours, grafts, contested: sides };
    sides = await open(nodes, sides);
  }
}

/** The nodes of a level, as the items they are in the level above it. */
async function itemsAt(nodes: CachedNodes, root: Sha256, node: TreeNode, level: number): Promise<Item[]> {
  if (root === EMPTY_TREE) return [];
  let items = [rootItem(root, node)];
  for (let at = node.level; at > level; at -= 1) [items] = await open(nodes, [items, [], []]);
  return items;
}

/** The items of the nodes that the items name. */
async function open(nodes: CachedNodes, sides: Trio<readonly Item[]>): Promise<Trio<Item[]>> {
  const names = sides.map((side) => side.map(({ items, at }) => items.sha256(at)));
  const loaded = await nodes.loadMany(names.flat());
  let next = 0;
  return trio(
    names.map(({ length }) =>
      loaded
        .slice(next, (next += length))
        .flatMap(({ items }) => Array.from({ length: items.count }, (_, at) => ({ items, at }))),
    ),
  );
}

/** Sorts the stretches of one level. */
class Stretches {
  readonly contested: Trio<Item[]> = [[], [], []];
  private readonly replaced = new ItemWriter();
  private readonly added = new ItemWriter();

  /**
   * @param isTail whether the last items are those of the trees: a tree ends where it ends, not where its items would be cut
   * @returns whether the last items that are contested are those of the trees
   */
  cut(sides: Trio<readonly Item[]>, isTail: boolean): boolean {
    const starts = [0, 0, 0];
    const ends = [0, 0, 0];
    const close = (): boolean => {
      const isContested = this.add(trio(sides.map((side, i) => side.slice(starts[i], ends[i]))));
      ends.forEach((end, i) => (starts[i] = end));
      return isContested;
    };
    for (;;) {
      const next = least(sides.map((side, i) => side[ends[i]!]));
      if (next.length === 0) break;
      const isEnd = next.length === 3 && !(isTail && sides.some((side, i) => ends[i] === side.length - 1));
      for (const i of next) ends[i]! += 1;
      if (isEnd) close();
    }
    return ends.some((end, i) => end > starts[i]!) && close();
  }

  /** What is to be grafted on this level. Nothing must be cut any more. */
  finish(): Items {
    return editsBetween(this.replaced.finish(), this.added.finish());
  }

  private add([base, ours, theirs]: Trio<readonly Item[]>): boolean {
    if (areSame(theirs, base) || areSame(theirs, ours)) return false;
    if (areSame(ours, base)) {
      for (const { items, at } of ours) this.replaced.copy(items, at);
      for (const { items, at } of theirs) this.added.copy(items, at);
      return false;
    }
    [base, ours, theirs].forEach((items, i) => {
      for (const item of items) this.contested[i]!.push(item);
    });
    return true;
  }
}

/** Which of the items have the least path. */
function least(items: readonly (Item | undefined)[]): number[] {
  let found: number[] = [];
  items.forEach((item, i) => {
    if (item === undefined) return;
    const first = found[0] === undefined ? undefined : items[found[0]]!;
    const order = first === undefined ? -1 : item.items.comparePaths(item.at, first.items, first.at);
    if (order < 0) found = [i];
    else if (order === 0) found.push(i);
  });
  return found;
}

function areSame(left: readonly Item[], right: readonly Item[]): boolean {
  return (
    left.length === right.length &&
    left.every(({ items, at }, i) => items.hasSameDigest(at, right[i]!.items, right[i]!.at))
  );
}

function trio<T>(list: readonly T[]): Trio<T> {
  return [list[0]!, list[1]!, list[2]!];
}
