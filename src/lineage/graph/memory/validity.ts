import { Floats } from './segments.js';

/** Bytes that a list of several intervals takes beside its numbers, roughly. */
const LIST_BYTES = 120;

/**
 * When things hold, by their index: from one instant to another, in milliseconds, the beginning included. Nearly all have one interval;
 * where there are several the last is here and the earlier ones beside.
 */
export class Validity {
  private readonly from = new Floats();
  private readonly until = new Floats();
  private readonly earlier = new Map<number, readonly number[]>();
  private earlierBytes = 0;

  get bytes(): number {
    return this.from.bytes + this.until.bytes + this.earlierBytes;
  }

  /** @param intervals beginnings and ends in turn, in order; none for what never holds */
  set(at: number, intervals: readonly number[]): void {
    const last = intervals.length - 2;
    this.from.set(at, last < 0 ? Infinity : intervals[last]!);
    this.until.set(at, last < 0 ? -Infinity : intervals[last + 1]!);
    const former = this.earlier.get(at);
    if (former !== undefined) this.earlierBytes -= LIST_BYTES + former.length * 8;
    if (last > 0) {
      this.earlier.set(at, intervals.slice(0, last));
      this.earlierBytes += LIST_BYTES + last * 8;
    } else if (former !== undefined) this.earlier.delete(at);
  }

  /** As it was set. */
  get(at: number): number[] {
    const [from, until] = [this.from.get(at), this.until.get(at)];
    return from === Infinity ? [] : [...(this.earlier.get(at) ?? []), from, until];
  }

  /** @param instant in milliseconds */
  holds(at: number, instant: number): boolean {
    if (this.from.get(at) <= instant) return instant < this.until.get(at);
    if (this.earlier.size === 0) return false;
    const earlier = this.earlier.get(at);
    if (earlier === undefined) return false;
    for (let i = 0; i < earlier.length; i += 2)
      if (earlier[i]! <= instant) {
        if (instant < earlier[i + 1]!) return true;
      } else return false;
    return false;
  }
}
