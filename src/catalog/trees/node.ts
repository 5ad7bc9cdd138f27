import { CorruptObjectError, isSha256, sha256Of, type Sha256 } from '../../storage/index.js';
import { parseEntry, type TreeEntry } from './entry.js';
import { comparePaths } from './paths.js';

/** One path of a leaf (level 0). */
export interface LeafItem {
  readonly path: string;
  readonly entry: TreeEntry;
}

/** One child of an inner node (level 1 and up). */
export interface ChildItem {
  /** The greatest path under the child. */
  readonly path: string;
  readonly sha256: Sha256;
  /** How many entries are under the child. */
  readonly count: number;
  /** The sum of their sizes. */
  readonly sizeBytes: number;
}

export type TreeItem = LeafItem | ChildItem;

/**
 * A node of the search tree, items ascending by path. Stored as JSON with a fixed order of everything:
 * `{"tree":1,"level":0,"items":[[path,sha256,sizeBytes,contentType?,[[key,value],…]?],…]}` for a leaf and
 * `{"tree":1,"level":n,"items":[[greatestPath,sha256,count,sizeBytes],…]}` above. JSON, because `JSON.stringify` is
 * exact for well-formed text and safe integers, native parsing is faster than a binary decoder in JavaScript, and a
 * tree in the object store can be read in fifty years with any tool; the third more bytes than a binary form would
 * take are small against the content.
 */
export type TreeNode =
  | { readonly level: 0; readonly items: readonly LeafItem[] }
  | { readonly level: number; readonly items: readonly ChildItem[] };

/** Larger nodes are refused on reading; what is written stays far below (see `chunker.ts`). */
export const MAX_NODE_BYTES = 4 * 1024 * 1024;
/** More levels than any tree can have whose inner nodes have two children. */
const MAX_LEVEL = 64;

export const isLeaf = (node: TreeNode): node is { level: 0; items: readonly LeafItem[] } => node.level === 0;

export function encodeItem(item: TreeItem): string {
  if (!('entry' in item)) return JSON.stringify([item.path, item.sha256, item.count, item.sizeBytes]);
  const { sha256, sizeBytes, contentType, metadata } = item.entry;
  const parts: unknown[] = [item.path, sha256, sizeBytes];
  if (contentType !== undefined || metadata !== undefined) parts.push(contentType ?? null);
  if (metadata !== undefined) parts.push(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify(parts);
}

/** @param items encoded by {@link encodeItem}, in order */
export function encodeNode(level: number, items: readonly string[]): Buffer {
  return Buffer.from(`{"tree":1,"level":${level},"items":[${items.join(',')}]}`);
}

const EMPTY_BYTES = encodeNode(0, []);
/** The tree without entries. It needs no storage: every reader knows it. */
export const EMPTY_TREE: Sha256 = sha256Of(EMPTY_BYTES);
export const EMPTY_NODE: TreeNode = { level: 0, items: [] };

/**
 * @param sha256 the name the bytes are expected to have
 * @throws {CorruptObjectError} the bytes have another digest, or are not a node in the one form
 */
export function decodeNode(sha256: Sha256, bytes: Uint8Array): TreeNode {
  if (sha256Of(bytes) !== sha256) {
    throw new CorruptObjectError(sha256, 'the bytes of this tree node have another digest');
  }
  try {
    const node = parseNode(JSON.parse(Buffer.from(bytes).toString('utf8')));
    if (!encodeNode(node.level, node.items.map(encodeItem)).equals(bytes))
      throw new TypeError('another spelling');
    return node;
  } catch (error) {
    // A parse error quotes the bytes, which need not be anybody's to see.
    const reason = error instanceof TypeError ? error.message : 'not JSON in the form of a node';
    throw new CorruptObjectError(sha256, `not a tree node: ${reason}`, { cause: error });
  }
}

function parseNode(value: unknown): TreeNode {
  const { tree, level, items } = value as { tree: unknown; level: unknown; items: unknown };
  if (tree !== 1 || !isCount(level) || level > MAX_LEVEL || !Array.isArray(items)) {
    throw new TypeError('unknown version or shape');
  }
  const parsed = items.map((item: unknown) => (level === 0 ? parseLeafItem(item) : parseChildItem(item)));
  for (let i = 1; i < parsed.length; i += 1) {
    if (comparePaths(parsed[i - 1]!.path, parsed[i]!.path) >= 0) throw new TypeError('paths out of order');
  }
  if (level > 0 && parsed.length === 0) throw new TypeError('an inner node without children');
  return { level, items: parsed } as TreeNode;
}

function parseLeafItem(value: unknown): LeafItem {
  const [path, sha256, sizeBytes, contentType, metadata] = value as unknown[];
  if (typeof path !== 'string') throw new TypeError('a path that is not text');
  const entry = parseEntry({
    sha256: String(sha256) as Sha256,
    sizeBytes: sizeBytes as number,
    ...(typeof contentType === 'string' && { contentType }),
    ...(metadata !== undefined && { metadata: Object.fromEntries(metadata as [string, string][]) }),
  });
  return { path, entry };
}

function parseChildItem(value: unknown): ChildItem {
  const [path, sha256, count, sizeBytes] = value as unknown[];
  if (typeof path !== 'string' || typeof sha256 !== 'string' || !isSha256(sha256)) {
    throw new TypeError('a child without path or digest');
  }
  if (!isCount(count) || !isCount(sizeBytes)) throw new TypeError('a child without count or size');
  return { path, sha256, count, sizeBytes };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
