import type { Sha256 } from '../../storage/index.js';
import { CachedNodes } from './cached-nodes.js';
import type { TreeNode } from './node.js';

/** Nodes of several changes, the later ones made on the earlier ones, that are stored together at their end. */
export class DraftNodes extends CachedNodes {
  private readonly drafts = new Map<Sha256, TreeNode>();
  private isFinished = false;
  private isWrittenThrough = false;

  /** @param before a draft whose trees may be changed here; it is stored first */
  constructor(
    private readonly under: CachedNodes,
    private before?: DraftNodes,
  ) {
    super(
      {
        readMany: () => Promise.reject(new TypeError('drafts read by their base')),
        writeMany: async () => undefined,
      },
      1,
    );
  }

  /** What holds the nodes that are none of these. */
  private get base(): CachedNodes {
    if (this.before?.isFinished) this.before = undefined;
    return this.before ?? this.under;
  }

  override peek(sha256: Sha256): TreeNode | undefined {
    return this.drafts.get(sha256) ?? this.base.peek(sha256);
  }

  override async loadMany(names: readonly Sha256[]): Promise<TreeNode[]> {
    const missing = names.filter((sha256) => !this.drafts.has(sha256));
    const loaded = await this.base.loadMany(missing);
    let next = 0;
    return names.map((sha256) => this.drafts.get(sha256) ?? loaded[next++]!);
  }

  override async save(nodes: readonly { readonly sha256: Sha256; readonly node: TreeNode }[]): Promise<void> {
    if (this.isWrittenThrough) return this.under.save(nodes);
    for (const { sha256, node } of nodes) this.drafts.set(sha256, node);
  }

  /** From now on what is saved is stored at once; what was saved before is not. */
  writeThrough(): void {
    this.isWrittenThrough = true;
  }

  /** The nodes of a tree that are kept here. */
  *reached(root: Sha256): Generator<{ readonly sha256: Sha256; readonly node: TreeNode }> {
    const node = this.drafts.get(root);
    if (node === undefined) return;
    yield { sha256: root, node };
    if (node.level === 0) return;
    for (let at = 0; at < node.items.count; at += 1) yield* this.reached(node.items.sha256(at));
  }

  /** Stores them all, where they are at hand from then on. */
  async finish(): Promise<void> {
    if (this.drafts.size > 0)
      await this.under.save([...this.drafts].map(([sha256, node]) => ({ sha256, node })));
    this.isFinished = true;
  }
}
