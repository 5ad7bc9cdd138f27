import type { Sha256 } from '../../storage/index.js';
import type { CachedNodes } from './cached-nodes.js';
import { DIGEST_BYTES } from './bytes.js';
import { DIGEST_AT, type Items } from './items.js';

/** Objects that a tree needs: some of its nodes, or the bytes of some of its entries. */
export interface ReachableObjects {
  readonly kind: 'node' | 'content';
  /** Their digests one after another, 32 bytes each. Content at several paths comes several times. */
  readonly digests: Buffer;
}

/** Nodes read at once. The next batch is read while this one is looked at. */
const AT_ONCE = 512;

/** Goes through nodes in the order of paths, in which they lie in their packs, and reads each but once. */
export async function* reachableFrom(
  nodes: CachedNodes,
  root: Sha256,
  isKnown: (node: Sha256) => boolean,
): AsyncGenerator<ReachableObjects> {
  /** Yet to be read, the leftmost on top. */
  const pending: Sha256[] = isKnown(root) ? [] : [root];
  let reading = readNext(nodes, pending);
  while (reading !== undefined) {
    const { names, items } = await reading;
    const children = items.filter(({ level }) => level > 0);
    for (const { items: of } of children.reverse()) {
      for (let at = of.count - 1; at >= 0; at -= 1) {
        const child = of.sha256(at);
        if (!isKnown(child)) pending.push(child);
      }
    }
    reading = readNext(nodes, pending);
    // An abandoned read must not fail unheard.
    reading?.catch(() => undefined);
    yield { kind: 'node', digests: Buffer.from(names.join(''), 'hex') };
    const leaves = items.filter(({ level }) => level === 0).map((leaf) => leaf.items);
    if (leaves.length > 0) yield { kind: 'content', digests: digestsOf(leaves) };
  }
}

function readNext(nodes: CachedNodes, pending: Sha256[]) {
  if (pending.length === 0) return undefined;
  const names = pending.splice(-AT_ONCE).reverse();
  return nodes.readMany(names).then((items) => ({ names, items }));
}

function digestsOf(leaves: readonly Items[]): Buffer {
  const count = leaves.reduce((sum, leaf) => sum + leaf.count, 0);
  const digests = Buffer.allocUnsafeSlow(count * DIGEST_BYTES);
  let length = 0;
  for (const { bytes, starts, count: items } of leaves) {
    for (let at = 0; at < items; at += 1) {
      const start = starts[at]! + DIGEST_AT;
      for (let i = 0; i < DIGEST_BYTES; i += 1) digests[length++] = bytes[start + i]!;
    }
  }
  return digests;
}
