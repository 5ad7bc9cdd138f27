/** As many characters as a node has room for. */
const ROOM = 18;

/**
 * The part of a name that tells it from others: names differ at their end, so whole segments (after `.` or `/`) are left out at
 * the beginning until it fits.
 */
export function shortName(name: string): string {
  if (name.length <= ROOM) return name;
  const cuts = [...name.matchAll(/[./]/g)].map(({ index }) => index + 1);
  const start = cuts.find((cut) => cut < name.length && name.length - cut < ROOM);
  return `…${start === undefined ? name.slice(1 - ROOM) : name.slice(start)}`;
}
