import { hash } from 'node:crypto';

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

/** Source: RFC 6962, 2.1: the hash of an entry. */
export function leafHash(entry: Buffer): Buffer {
  return hash('sha256', Buffer.concat([LEAF, entry]), 'buffer');
}

/** Source: RFC 6962, 2.1: the hash over two subtrees. */
function nodeHash(left: Buffer, right: Buffer): Buffer {
  return hash('sha256', Buffer.concat([NODE, left, right]), 'buffer');
}

/** A tree whose entries come one by one; it holds a hash for each power of two in their number. Source: RFC 6962, 2.1. */
export class MerkleTree {
  /** Complete subtrees, the largest first. */
  private readonly subtrees: { readonly size: number; readonly hash: Buffer }[] = [];
  size = 0;

  add(entry: Buffer): void {
    this.size += 1;
    let whole = { size: 1, hash: leafHash(entry) };
    for (let last = this.subtrees.at(-1); last?.size === whole.size; last = this.subtrees.at(-1)) {
      this.subtrees.pop();
      whole = { size: whole.size * 2, hash: nodeHash(last.hash, whole.hash) };
    }
    this.subtrees.push(whole);
  }

  /** Of no entries SHA-256 of nothing. */
  root(): Buffer {
    const [last, ...others] = [...this.subtrees].reverse();
    if (last === undefined) return hash('sha256', '', 'buffer');
    return others.reduce((right, { hash }) => nodeHash(hash, right), last.hash);
  }
}

/** The root of a whole list. */
export function merkleRoot(entries: Iterable<Buffer>): Buffer {
  const tree = new MerkleTree();
  for (const entry of entries) tree.add(entry);
  return tree.root();
}

/**
 * The hashes by which an entry leads to the root, from the bottom up. Source: RFC 6962, 2.1.1.
 * @param index of the entry, from 0
 */
export function inclusionPath(entries: readonly Buffer[], index: number): Buffer[] {
  if (entries.length <= 1) return [];
  let split = 1;
  while (split * 2 < entries.length) split *= 2;
  const [left, right] = [entries.slice(0, split), entries.slice(split)];
  return index < split
    ? [...inclusionPath(left, index), merkleRoot(right)]
    : [...inclusionPath(right, index - split), merkleRoot(left)];
}
