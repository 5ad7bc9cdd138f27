const BITS = 12;
const SIZE = 1 << BITS;
const MASK = SIZE - 1;

/** A byte of flags by index, 0 until they are set. What is far from all set ones takes no room. */
export class Flags {
  private readonly segments: (Uint8Array | undefined)[] = [];

  get(at: number): number {
    const segment = this.segments[at >>> BITS];
    return segment === undefined ? 0 : segment[at & MASK]!;
  }

  set(at: number, flag: number): void {
    (this.segments[at >>> BITS] ??= new Uint8Array(SIZE))[at & MASK]! |= flag;
  }

  clear(at: number, flag: number): void {
    const segment = this.segments[at >>> BITS];
    if (segment !== undefined) segment[at & MASK]! &= ~flag;
  }

  /** Calls `take` with each index that has flags. */
  each(take: (at: number, flags: number) => void): void {
    for (const [high, segment] of this.segments.entries()) {
      if (segment === undefined) continue;
      for (let low = 0; low < SIZE; low++) if (segment[low] !== 0) take((high << BITS) | low, segment[low]!);
    }
  }
}
