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
