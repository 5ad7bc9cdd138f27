import type { Sha256 } from '../../storage/index.js';
import type { CachedNodes } from './cached-nodes.js';
import type { TreeNode } from './node.js';

/** So many bytes of nodes are stored together: few objects for many nodes, and little to hold in memory. */
const FLUSH_BYTES = 8 * 1024 * 1024;
/** Flushes under way beside the one that fills. */
const AT_ONCE = 2;

/** Takes the new nodes of one change and stores them together, while more come. */
export class NodeSink {
  private pending = new Map<Sha256, TreeNode>();
  private pendingBytes = 0;
  private readonly underway = new Set<Promise<void>>();
  private failure: unknown;

  constructor(private readonly nodes: CachedNodes) {}

  /** Takes a node; waits when storing is slower than what comes. @throws what the store threw before */
  async add(sha256: Sha256, node: TreeNode): Promise<void> {
    if (this.pending.has(sha256)) return;
    this.pending.set(sha256, node);
    this.pendingBytes += node.items.bytes.length;
    if (this.pendingBytes >= FLUSH_BYTES) await this.flush();
  }

  /** A node that was added, or is stored. */
  async load(sha256: Sha256): Promise<TreeNode> {
    const pending = this.pending.get(sha256);
    if (pending !== undefined) return pending;
    await this.settle();
    return this.nodes.load(sha256);
  }

  /** Resolves when all is stored. */
  async finish(): Promise<void> {
    await this.flush();
    await this.settle();
  }

  /** Waits for what is under way, and says nothing of how it ended: the change has failed already. */
  async abandon(): Promise<void> {
    await Promise.all(this.underway);
  }

  private async flush(): Promise<void> {
    if (this.pending.size > 0) {
      const nodes = [...this.pending].map(([sha256, node]) => ({ sha256, node }));
      this.pending = new Map();
      this.pendingBytes = 0;
      const saving: Promise<void> = this.nodes
        .save(nodes)
        .catch((error: unknown) => {
          this.failure ??= error;
        })
        .finally(() => this.underway.delete(saving));
      this.underway.add(saving);
    }
    while (this.underway.size > AT_ONCE) await Promise.race(this.underway);
    if (this.failure !== undefined) throw this.failure;
  }

  private async settle(): Promise<void> {
    await Promise.all(this.underway);
    if (this.failure !== undefined) throw this.failure;
  }
}
