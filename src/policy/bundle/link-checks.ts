import { pushTo } from './ancestry.js';
import type { Position, Problems } from './problems.js';

/** Most links on one way up: as deep as stock Casbin follows. */
export const MAX_DEPTH = 10;

/** A link from a name to the one above it, with the line that says so. */
export interface PlacedLink {
  readonly from: string;
  readonly to: string;
  readonly at: Position;
}

/**
 * Finds cycles and ways longer than {@link MAX_DEPTH} in one kind of link, in time linear in the links.
 * @param what what the links join, for the message: `role`, `namespace`, `classification`
 */
export function checkWays(links: readonly PlacedLink[], what: string, problems: Problems): void {
  const heights = heightsOf(links);
  const unsettled = links.filter((link) => !heights.has(link.from));
  // What only leads into a cycle, and is not led to from one, is not to blame for it.
  const ledInto = heightsOf(unsettled.map(({ from, to, at }) => ({ from: to, to: from, at })));
  for (const link of unsettled) {
    if (ledInto.has(link.from) || ledInto.has(link.to)) continue;
    problems.add(
      link.at,
      'cycle',
      `the ${what} ${link.from} comes back to itself through ${link.to}; remove one link`,
    );
  }
  for (const link of links) {
    const above = heights.get(link.to);
    if (above === MAX_DEPTH) {
      const message = `from ${link.from} it is more than ${MAX_DEPTH} ${what} links up; shorten the way`;
      problems.add(link.at, 'depth', message);
    }
  }
}

/** Finds names with two parents, and links said twice. */
export function checkSingleParent(links: readonly PlacedLink[], what: string, problems: Problems): void {
  const parentOf = new Map<string, string>();
  for (const { from, to, at } of links) {
    const parent = parentOf.get(from);
    if (parent !== undefined) {
      const message = parent === to ? 'is said twice' : `already has the parent ${parent}, and has one only`;
      problems.add(at, 'duplicate', `${what} ${from} ${message}`);
    }
    parentOf.set(from, parent ?? to);
  }
}

/** Links on the longest way up from each name; none for names on a cycle, or from which a way leads into one. */
function heightsOf(links: readonly PlacedLink[]): ReadonlyMap<string, number> {
  const linksTo = new Map<string, PlacedLink[]>();
  const unsettled = new Map<string, number>();
  for (const link of links) {
    pushTo(linksTo, link.to, link);
    unsettled.set(link.from, (unsettled.get(link.from) ?? 0) + 1);
  }
  const tops = [...linksTo.keys()].filter((name) => !unsettled.has(name));
  const heights = new Map(tops.map((name) => [name, 0]));
  const longest = new Map<string, number>();
  for (const [name, height] of heights) {
    for (const { from } of linksTo.get(name) ?? []) {
      longest.set(from, Math.max(longest.get(from) ?? 0, height + 1));
      const left = (unsettled.get(from) ?? 0) - 1;
      unsettled.set(from, left);
      if (left === 0) heights.set(from, longest.get(from) ?? 0);
    }
  }
  return heights;
}
