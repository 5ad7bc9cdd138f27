/** Whether an instant is in one of some intervals. @param intervals beginnings and ends in turn, a beginning included and an end not */
export function isWithin(intervals: readonly number[], instant: number): boolean {
  for (let i = 0; i < intervals.length; i += 2)
    if (intervals[i]! <= instant && instant < intervals[i + 1]!) return true;
  return false;
}

/**
 * The intervals in which something holds, in order, those that touch as one.
 * @param bounds all instants at which it may begin or end, in any order
 */
export function instantsWhere(bounds: readonly number[], holds: (instant: number) => boolean): number[] {
  const found: number[] = [];
  let isOpen = false;
  for (const bound of [...new Set(bounds)].sort((a, b) => (a < b ? -1 : 1))) {
    if (holds(bound) === isOpen) continue;
    found.push(bound);
    isOpen = !isOpen;
  }
  return found;
}
