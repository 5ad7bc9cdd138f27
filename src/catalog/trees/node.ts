import { CorruptObjectError, sha256Of, type Sha256 } from '../../storage/index.js';
import { type TreeEntry, entryOf } from './entry.js';
import { ItemWriter } from './item-writer.js';
import { areAscending, areChildren, type Items, scanItems } from './items.js';

/** One path of a leaf (level 0). */
export interface LeafItem {
  readonly path: string;
  readonly entry: TreeEntry;
}

/**
 * A node of the search tree. Stored as `CTN2`, its level (1 byte), the number of its items (3), and the items as
 * `items.ts` lays them out: entries in a leaf, children in a node of level 1 and up, each child under the greatest
 * path below it. A node is kept as those bytes and read in place: an edit copies what did not change, and nothing is
 * decoded that is not asked for.
 */
export interface TreeNode {
  readonly level: number;
  readonly items: Items;
}

const MAGIC = 0x43544e32;
export const HEAD_BYTES = 8;
/** Larger nodes are refused on reading; what is written stays far below (see `chunker.ts`). */
export const MAX_NODE_BYTES = 4 * 1024 * 1024;
/** More levels than any tree can have. */
const MAX_LEVEL = 64;
/** What a node costs in memory beside its bytes and offsets: objects, and its name as a key. Measured, rounded up. */
const NODE_OVERHEAD_BYTES = 512;

export function writeNodeHead(bytes: Buffer, level: number, count: number): void {
  bytes.writeUInt32BE(MAGIC, 0);
  bytes.writeUInt8(level, 4);
  bytes.writeUIntBE(count, 5, 3);
}

const EMPTY_BYTES = Buffer.alloc(HEAD_BYTES);
writeNodeHead(EMPTY_BYTES, 0, 0);
/** The tree without entries. It needs no storage: every reader knows it. */
export const EMPTY_TREE: Sha256 = sha256Of(EMPTY_BYTES);
export const EMPTY_NODE: TreeNode = { level: 0, items: new ItemWriter(0).finish() };

/** What a node takes in memory. */
export function memoryOf({ items }: TreeNode): number {
  return items.bytes.length + items.starts.byteLength + NODE_OVERHEAD_BYTES;
}

/** @throws {CorruptObjectError} what the item says of content type and metadata cannot be read */
export function leafItem(items: Items, at: number): LeafItem {
  return { path: items.path(at), entry: entryOf(items, at) };
}

/**
 * @param sha256 the name the bytes are expected to have
 * @param bytes copied, not kept
 * @throws {CorruptObjectError} the bytes have another digest, or are not a node
 */
export function decodeNode(sha256: Sha256, bytes: Buffer): TreeNode {
  if (sha256Of(bytes) !== sha256) {
    throw new CorruptObjectError(sha256, 'the bytes of this tree node have another digest');
  }
  const refuse = (reason: string): never => {
    throw new CorruptObjectError(sha256, `not a tree node: ${reason}`);
  };
  if (bytes.length < HEAD_BYTES || bytes.readUInt32BE(0) !== MAGIC) return refuse('unknown version');
  const level = bytes.readUInt8(4);
  const count = bytes.readUIntBE(5, 3);
  if (level > MAX_LEVEL) return refuse('more levels than a tree can have');
  if (level > 0 && count === 0) return refuse('an inner node without children');
  const items = scanItems(bytes, HEAD_BYTES, count);
  if (items === undefined) return refuse('its items do not fit its length');
  if (!areAscending(items)) return refuse('paths out of order');
  if (level > 0 && !areChildren(items)) return refuse('a child without a count');
  return { level, items };
}
