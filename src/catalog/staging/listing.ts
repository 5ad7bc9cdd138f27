import type { LeafItem, TreeEntry } from '../trees/index.js';
import { comparePaths } from '../trees/index.js';

/** One path of an ordered sequence; without an entry it says that the path is not there. */
export interface OrderedItem {
  readonly path: string;
  readonly entry: TreeEntry | undefined;
  /** Of what is not committed. */
  readonly stagedAt?: Date;
}

/** A file, or a folder that stands for all files whose paths start with `prefix` (which ends in `/`). */
export type ViewedItem = (LeafItem & { readonly stagedAt?: Date }) | { readonly prefix: string };

/** A page in the order of paths. `next` is there when more follows. */
export interface ViewPage {
  readonly items: readonly ViewedItem[];
  readonly next?: string;
}

/**
 * Items ascending by path, some at a time.
 * @param after only paths greater than this
 */
export type OrderedSource = (after: string | undefined) => Promise<readonly OrderedItem[]>;

/** Behind every path that starts with a folder and before all that follow it, but for paths that hold this character itself. */
const LAST = '\u{10FFFF}';

/** Reads a source from left to right. */
class Reader {
  private items: readonly OrderedItem[] = [];
  private index = 0;
  private isDone = false;

  constructor(
    private readonly source: OrderedSource,
    private after: string | undefined,
  ) {}

  async peek(): Promise<OrderedItem | undefined> {
    while (this.index >= this.items.length && !this.isDone) {
      this.items = await this.source(this.after);
      this.index = 0;
      this.isDone = this.items.length === 0;
      this.after = this.items.at(-1)?.path ?? this.after;
    }
    return this.items[this.index];
  }

  skip(): void {
    this.index += 1;
  }

  /** Goes behind all paths of a folder. */
  async jumpOver(folder: string): Promise<void> {
    const isInside = ({ path }: OrderedItem): boolean =>
      path.startsWith(folder) || comparePaths(path, folder) <= 0;
    while (this.index < this.items.length && isInside(this.items[this.index]!)) this.index += 1;
    if (this.index < this.items.length || this.isDone) return;
    const end = folder + LAST;
    if (this.after === undefined || comparePaths(this.after, end) < 0) this.after = end;
    for (let item = await this.peek(); item !== undefined && isInside(item); item = await this.peek())
      this.skip();
  }
}

/**
 * A page of what is under a prefix where one sequence lies over another: `over` decides on the paths it has.
 * @param query.after only what comes after this path or folder (`next` of the page before)
 * @param query.isFolding folds what is behind the first `/` after the prefix into one folder
 */
export async function listOver(
  under: OrderedSource,
  over: OrderedSource,
  query: {
    readonly prefix: string;
    readonly after?: string;
    readonly limit: number;
    readonly isFolding: boolean;
  },
): Promise<ViewPage> {
  const { prefix, after, limit, isFolding } = query;
  const readers = [new Reader(under, after), new Reader(over, after)] as const;
  // The prefix itself is an empty folder, and not one that was folded.
  if (isFolding && after?.endsWith('/') === true && after.startsWith(prefix) && after !== prefix)
    for (const reader of readers) await reader.jumpOver(after);
  const items: ViewedItem[] = [];
  let last = '';
  for (;;) {
    const item = await nextOf(readers);
    if (item === undefined) return { items };
    if (!item.path.startsWith(prefix)) {
      if (comparePaths(item.path, prefix) > 0) return { items };
      continue;
    }
    if (item.entry === undefined) continue;
    if (items.length === limit) return { items, next: last };
    const slash = isFolding ? item.path.indexOf('/', prefix.length) : -1;
    if (slash < 0) {
      const { path, entry, stagedAt } = item;
      items.push({ path, entry, ...(stagedAt && { stagedAt }) });
      last = item.path;
    } else {
      const folder = item.path.slice(0, slash + 1);
      items.push({ prefix: folder });
      last = folder;
      for (const reader of readers) await reader.jumpOver(folder);
    }
  }
}

async function nextOf([under, over]: readonly [Reader, Reader]): Promise<OrderedItem | undefined> {
  const a = await under.peek();
  const b = await over.peek();
  if (a === undefined && b === undefined) return undefined;
  const order = a === undefined ? 1 : b === undefined ? -1 : comparePaths(a.path, b.path);
  if (order <= 0) under.skip();
  if (order >= 0) over.skip();
  return order < 0 ? a : b;
}
