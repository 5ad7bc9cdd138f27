import type { TakenRow } from './rows.js';

/**
 * Of which assets edges changed, or came to hold or ended by themselves, since somebody last asked. For whoever derives something of the
 * graph as it is now.
 */
export class Touches {
  private assetIds = new Set<string>();
  /** Beginnings and ends that are still to come. */
  private awaited: { readonly instant: number; readonly assetIds: readonly string[] }[] = [];

  touch(assetIds: readonly string[]): void {
    for (const id of assetIds) this.assetIds.add(id);
  }

  /** Takes note of when a row will come to hold, or end. */
  await({ assetIds, intervals }: TakenRow): void {
    const now = Date.now();
    for (const instant of intervals)
      if (instant > now && instant !== Infinity) this.awaited.push({ instant, assetIds });
  }

  /** What was touched until an instant; it is forgotten here. @param now in milliseconds */
  take(now: number): ReadonlySet<string> {
    if (this.awaited.some(({ instant }) => instant <= now)) {
      for (const { instant, assetIds } of this.awaited) if (instant <= now) this.touch(assetIds);
      this.awaited = this.awaited.filter(({ instant }) => instant > now);
    }
    const taken = this.assetIds;
    this.assetIds = new Set();
    return taken;
  }
}
