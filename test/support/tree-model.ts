import type { TreeEdit, TreeEntry } from '../../src/catalog/trees/index.js';

/** What a tree has by path, as a plain map. */
export type TreeModel = ReadonlyMap<string, TreeEntry>;

/** The map after edits, of which the last counts where several are of one path. */
export function edited(model: TreeModel, edits: readonly TreeEdit[]): Map<string, TreeEntry> {
  const next = new Map(model);
  for (const { path, entry } of edits) {
    if (entry === undefined) next.delete(path);
    else next.set(path, entry);
  }
  return next;
}
