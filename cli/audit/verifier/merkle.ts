import { createHash } from 'node:crypto';

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const [LEAF, NODE] = [Buffer.of(0), Buffer.of(1)];

/** A Merkle tree of RFC 6962 whose entries come one by one. Written apart from the service's, which must agree with it. */
export class TreeHash {
  private readonly stack: Buffer[] = [];
  private count = 0;

  add(entry: Uint8Array): void {
    let hash = sha256(LEAF, entry);
    // As many subtrees are whole now as the count has ones at its end.
    for (let ones = this.count; ones % 2 === 1; ones = Math.floor(ones / 2))
      hash = sha256(NODE, this.stack.pop()!, hash);
    this.stack.push(hash);
    this.count += 1;
  }

  hex(): string {
    const [last, ...before] = [...this.stack].reverse();
    if (last === undefined) return sha256().toString('hex');
    return before.reduce((right, left) => sha256(NODE, left, right), last).toString('hex');
  }
}
/**
 * Whether an entry is in a tree. Source: RFC 9162, 2.1.3.2.
 * @param index of the entry, from 0 @param path from the bottom up
 */
export function isIncluded(
  entry: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
  rootHex: string,
): boolean {
  if (index >= size) return false;
  let [at, last, hash] = [index, size - 1, sha256(LEAF, entry)];
  for (const other of path) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      hash = sha256(NODE, other, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else hash = sha256(NODE, hash, other);
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 && hash.toString('hex') === rootHex;
}
