import { InvalidInputError } from '../../platform/errors/index.js';
import type { Sha256 } from '../../storage/index.js';
import { LevelCursor, lowerBound, type Passed } from './cursor.js';
import { EMPTY_TREE, type LeafItem } from './node.js';
import type { CachedNodes } from './node-store.js';
import { comparePaths, isWellFormed, MAX_PATH_BYTES } from './paths.js';

/** What to list. */
export interface ListQuery {
  /** Only paths that start with this text, which may end inside a segment. Default: all. */
  readonly prefix?: string;
  /** Only what comes after this path or folder, which need not exist: `next` of the page before. */
  readonly after?: string;
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
  const { prefix = '', after, limit = DEFAULT_LIMIT, delimiter } = query;
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new InvalidInputError('limit', `must be a whole number from 1 to ${MAX_LIMIT}, got ${limit}`);
  }
  const items: ListedItem[] = [];
  let last = '';
  const scan = new Scan(nodes, root, prefix, after, delimiter !== undefined);
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
  query: Pick<ListQuery, 'prefix' | 'after'>,
): AsyncGenerator<LeafItem> {
  const scan = new Scan(nodes, root, query.prefix ?? '', query.after, false);
  for (let item = await scan.next(); item !== undefined; item = await scan.next()) yield item;
}

function folderOf(path: string, prefix: string): string | undefined {
  const slash = path.indexOf('/', prefix.length);
  return slash < 0 ? undefined : path.slice(0, slash + 1);
}

/** Goes through the leaves from a position on. */
class Scan {
  private readonly cursor: LevelCursor;
  private items: readonly LeafItem[] | undefined;
  private index = 0;
  private readonly start: Passed;

  constructor(
    nodes: CachedNodes,
    private readonly root: Sha256,
    private readonly prefix: string,
    after: string | undefined,
    isFolding: boolean,
  ) {
    checkText('prefix', prefix);
    if (after !== undefined) checkText('after', after);
    this.cursor = new LevelCursor(nodes, root, 0);
    // No path ends in "/", so such a position can only be a folder of the page before.
    const folder = isFolding && after?.endsWith('/') && after.startsWith(prefix) ? after : undefined;
    this.start = (path) =>
      comparePaths(path, prefix) < 0 ||
      (after !== undefined && comparePaths(path, after) <= 0) ||
      (folder !== undefined && path.startsWith(folder));
  }

  async next(): Promise<LeafItem | undefined> {
    if (this.root === EMPTY_TREE) return undefined;
    if (this.items === undefined) await this.seek(this.start);
    while (this.index >= this.items!.length) {
      if (!(await this.cursor.next())) return undefined;
      this.items = this.cursor.current.node.items as readonly LeafItem[];
      this.index = 0;
    }
    const item = this.items![this.index]!;
    if (!item.path.startsWith(this.prefix)) return undefined;
    this.index += 1;
    return item;
  }

  async jumpOver(folder: string): Promise<void> {
    await this.seek((path) => comparePaths(path, folder) < 0 || path.startsWith(folder));
  }

  private async seek(passed: Passed): Promise<void> {
    await this.cursor.seek(passed);
    this.items = this.cursor.current.node.items as readonly LeafItem[];
    this.index = lowerBound(this.items, passed);
  }
}

function checkText(field: string, text: string): void {
  if (text.length > MAX_PATH_BYTES + 1 || !isWellFormed(text)) {
    throw new InvalidInputError(field, `must be valid Unicode of at most ${MAX_PATH_BYTES + 1} characters`);
  }
}
