import type { Sha256 } from '../../storage/index.js';
import { applyEdits } from './apply.js';
import type { CachedNodes } from './cached-nodes.js';
import { DraftNodes } from './draft-nodes.js';
import { once } from './edits.js';
import type { Items } from './items.js';
import type { Graft } from './three-way.js';

/**
 * Grafts sub-trees and then edits leaves. Of the nodes that are made for the grafts those are stored that the last one left.
 * @param grafts from the highest level down: what a lower one cuts anew may go on into what a higher one has put there
 * @param edits of entries, as {@link applyEdits} takes them
 * @returns the root of the new tree, all of whose nodes are stored
 */
export async function applyGrafts(
  nodes: CachedNodes,
  root: Sha256,
  grafts: readonly Graft[],
  edits: Items,
): Promise<Sha256> {
  const draft = new DraftNodes(nodes);
  let grafted = root;
  for (const { level, edits: items } of grafts)
    grafted = await applyEdits(draft, grafted, once(items), { level });
  draft.writeThrough();
  return applyEdits(draft, grafted, once(edits), { also: draft.reached(grafted) });
}
