import type { Sha256 } from '../../storage/index.js';
import { addSizes } from './chunker.js';
import type { Item } from './diff-side.js';
import { ItemWriter } from './item-writer.js';
import type { TreeNode } from './node.js';

/** Entries in a node or below it, and the sum of their sizes. */
export function totalsOf({ level, items }: TreeNode): { readonly count: number; readonly sizeBytes: number } {
  let count = 0;
  let sizeBytes = 0;
  for (let at = 0; at < items.count; at += 1) {
    count += level === 0 ? 1 : items.entryCount(at);
    sizeBytes = addSizes(sizeBytes, items.sizeBytes(at));
  }
  return { count, sizeBytes };
}

/** A node, which has items, as the one child of a node above it. */
export function rootItem(sha256: Sha256, node: TreeNode): Item {
  const { items } = node;
  const { count, sizeBytes } = totalsOf(node);
  const writer = new ItemWriter(1);
  writer.writeChild(items, items.count - 1, Buffer.from(sha256, 'hex'), count, sizeBytes);
  return { items: writer.finish(), at: 0 };
}
