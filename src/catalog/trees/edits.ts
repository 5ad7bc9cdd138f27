import { InvalidInputError } from '../../platform/errors/index.js';
import { type TreeEntry, writeEntry } from './entry.js';
import { ItemWriter } from './item-writer.js';
import type { Items } from './items.js';
import { comparePaths, parsePath } from './paths.js';

/** Puts `entry` at `path`, or removes what is there when it is `undefined`. */
export interface TreeEdit {
  readonly path: string;
  readonly entry: TreeEntry | undefined;
}

/** @throws {InvalidInputError} a path or an entry breaks its rules */
export function writeEdit(writer: ItemWriter, { path, entry }: TreeEdit): void {
  parsePath(path);
  if (entry === undefined) writer.writeRemoval(path);
  else writeEntry(writer, path, entry);
}

/** Edits that come in any order, several for one path, of which the last counts. */
export function sortedEdits(edits: Iterable<TreeEdit>): Items {
  const list = [...edits];
  for (const { path } of list) parsePath(path);
  const order = list.map((_, at) => at);
  order.sort((a, b) => comparePaths(list[a]!.path, list[b]!.path) || a - b);
  const writer = new ItemWriter(list.length);
  order.forEach((at, i) => {
    const next = order[i + 1];
    const edit = list[at]!;
    if (next === undefined || list[next]!.path !== edit.path) writeEdit(writer, edit);
    // What is overwritten has to be right too.
    else if (edit.entry !== undefined) writeEntry(new ItemWriter(1), edit.path, edit.entry);
  });
  return writer.finish();
}

/** Edits as they are taken in, batch by batch. @throws {InvalidInputError} */
export async function* writtenEdits(
  batches: AsyncIterable<readonly TreeEdit[]> | Iterable<readonly TreeEdit[]>,
): AsyncGenerator<Items> {
  for await (const batch of batches) {
    const writer = new ItemWriter(batch.length);
    for (const edit of batch) writeEdit(writer, edit);
    yield writer.finish();
  }
}

/** Lets edits pass that ascend over all batches. @throws {InvalidInputError} for what is out of order */
export async function* inOrder(batches: AsyncIterable<Items>): AsyncGenerator<Items> {
  let last: Items | undefined;
  for await (const items of batches) {
    if (items.count === 0) continue;
    for (let at = 0; at < items.count; at += 1) {
      const before = at > 0 ? items : last;
      if (before === undefined) continue;
      if (before.comparePaths(at > 0 ? at - 1 : before.count - 1, items, at) >= 0) {
        const rule = `must ascend by path, each path once: ${items.path(at)} comes too late`;
        throw new InvalidInputError('edits', rule);
      }
    }
    last = items;
    yield items;
  }
}

/** All edits in one batch. */
export async function* once(items: Items): AsyncGenerator<Items> {
  yield items;
}

/** The edits that make children of others: both ascending by path. */
export function editsBetween(replaced: Items, added: Items): Items {
  const edits = new ItemWriter(replaced.count + added.count);
  let from = 0;
  for (let to = 0; to < added.count || from < replaced.count;) {
    const order =
      to === added.count ? -1 : from === replaced.count ? 1 : replaced.comparePaths(from, added, to);
    if (order < 0) edits.copyAsRemoval(replaced, from);
    else if (order > 0 || !replaced.hasSameDigest(from, added, to)) edits.copy(added, to);
    if (order <= 0) from += 1;
    if (order >= 0) to += 1;
  }
  return edits.finish();
}

/** Edits in order, one at a time. Only {@link more} waits, and only where a batch ends. */
export class EditQueue {
  items: Items = new ItemWriter(0).finish();
  at = 0;
  private readonly batches: AsyncIterator<Items>;

  /** @param onBatch called with each batch before its first edit */
  constructor(
    batches: AsyncIterable<Items>,
    private readonly onBatch: (items: Items) => Promise<void> = async () => undefined,
  ) {
    this.batches = batches[Symbol.asyncIterator]();
  }

  /** Whether an edit is at {@link at} of {@link items}; if not, {@link more} may bring it. */
  get isReady(): boolean {
    return this.at < this.items.count;
  }

  /** @returns false when there are no more edits */
  async more(): Promise<boolean> {
    while (!this.isReady) {
      const { done, value } = await this.batches.next();
      if (done === true) return false;
      await this.onBatch(value);
      this.items = value;
      this.at = 0;
    }
    return true;
  }

  /** Tells the source that no more is wanted. */
  async close(): Promise<void> {
    await this.batches.return?.();
  }
}
