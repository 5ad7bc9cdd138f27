import { InvalidInputError } from '../../platform/errors/index.js';
import type { Sha256 } from '../../storage/index.js';
import type { CachedNodes } from './cached-nodes.js';
import { LevelCursor, lowerBound, type Position, startsWith } from './cursor.js';
import type { Items } from './items.js';
import { EMPTY_TREE, leafItem, type LeafItem } from './node.js';
import { comparePaths, isWellFormed, MAX_PATH_BYTES } from './paths.js';

/** A part of the paths. */
export interface TreeRange {
  /** Only paths that start with this text, which may end inside a segment. Default: all. */
  readonly prefix?: string;
  /** Only what comes after this path or folder, which need not exist: `next` of the page before. */
  readonly after?: string;
}

/** What to list. */
export interface ListQuery extends TreeRange {
  /** Items on the page, 1–10,000. Default 1,000. */
  readonly limit?: number;
  /** Fold everything behind the first `/` after the prefix into one folder. */
  readonly delimiter?: '/';
}

/** A file, or a folder that stands for all files whose paths start with `prefix` (which ends in `/`). */
export type ListedItem = LeafItem | { readonly prefix: string };

/** A page in the order of paths. `next` is there when more follows. */
export interface ListPage {
  readonly items: readonly ListedItem[];
  readonly next?: string;
}

const DEFAULT_LIMIT = 1000;
const MAX_LIMIT = 10_000;

/** @throws {InvalidInputError} */
export async function listTree(nodes: CachedNodes, root: Sha256, query: ListQuery): Promise<ListPage> {
  const { prefix = '', limit = DEFAULT_LIMIT, delimiter } = query;
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new InvalidInputError('limit', `must be a whole number from 1 to ${MAX_LIMIT}, got ${limit}`);
  }
  const items: ListedItem[] = [];
  let last = '';
  const scan = new Scan(nodes, root, rangeOf(query, delimiter !== undefined));
  for (let item = await scan.next(); item !== undefined; item = await scan.next()) {
    const folder = delimiter === undefined ? undefined : folderOf(item.path, prefix);
    if (items.length === limit) return { items, next: last };
    if (folder === undefined) {
      items.push(item);
      last = item.path;
    } else {
      items.push({ prefix: folder });
      last = folder;
      await scan.jumpOver(folder);
    }
  }
  return { items };
}

/** All entries under a prefix, in order, without a limit. */
export async function* walkTree(
  nodes: CachedNodes,
  root: Sha256,
  query: TreeRange,
): AsyncGenerator<LeafItem> {
  const scan = new Scan(nodes, root, rangeOf(query));
  for (let item = await scan.next(); item !== undefined; item = await scan.next()) yield item;
}

function folderOf(path: string, prefix: string): string | undefined {
  const slash = path.indexOf('/', prefix.length);
  return slash < 0 ? undefined : path.slice(0, slash + 1);
}

/** A part of the paths as trees look for it. */
export interface Range {
  readonly start: Position;
  /** Whether an item that lies at or behind the start lies behind the end. */
  isBeyond(items: Items, at: number): boolean;
  /** The first item from `from` on that lies behind the end; the count when none does. */
  end(items: Items, from: number): number;
}

/**
 * @param isFolding whether `after` may be a folder of the page before, which stands for all that is in it
 * @throws {InvalidInputError}
 */
export function rangeOf({ prefix = '', after }: TreeRange, isFolding = false): Range {
  checkText('prefix', prefix);
  if (after !== undefined) checkText('after', after);
  const begin = Buffer.from(prefix);
  const isBeyond = (items: Items, at: number): boolean =>
    items.compareToKey(at, begin) > 0 && !startsWith(items, at, begin);
  const end = (items: Items, from: number): number => lowerBound(items, { key: begin, side: 'behind' }, from);
  if (after === undefined || comparePaths(after, prefix) < 0) {
    return { start: { key: begin, side: 'before' }, isBeyond, end };
  }
  // No path ends in "/", so such a position can only be a folder.
  const isFolder = isFolding && after.endsWith('/') && after.startsWith(prefix) && after !== prefix;
  return { start: { key: Buffer.from(after), side: isFolder ? 'behind' : 'after' }, isBeyond, end };
}

/** Goes through the leaves of a range. */
class Scan {
  private readonly cursor: LevelCursor;
  private items: Items | undefined;
  private index = 0;

  constructor(
    nodes: CachedNodes,
    private readonly root: Sha256,
    private readonly range: Range,
  ) {
    this.cursor = new LevelCursor(nodes, root, 0, true);
  }

  async next(): Promise<LeafItem | undefined> {
    if (this.root === EMPTY_TREE) return undefined;
    if (this.items === undefined) await this.seek(this.range.start);
    while (this.index >= this.items!.count) {
      if (!(await this.cursor.next())) return undefined;
      this.items = this.cursor.current.node.items;
      this.index = 0;
    }
    if (this.range.isBeyond(this.items!, this.index)) return undefined;
    return leafItem(this.items!, this.index++);
  }

  async jumpOver(folder: string): Promise<void> {
    await this.seek({ key: Buffer.from(folder), side: 'behind' });
  }

  private async seek(position: Position): Promise<void> {
    await this.cursor.seek(position);
    this.items = this.cursor.current.node.items;
    this.index = lowerBound(this.items, position);
  }
}

function checkText(field: string, text: string): void {
  if (text.length > MAX_PATH_BYTES + 1 || !isWellFormed(text)) {
    throw new InvalidInputError(field, `must be valid Unicode of at most ${MAX_PATH_BYTES + 1} characters`);
  }
}
