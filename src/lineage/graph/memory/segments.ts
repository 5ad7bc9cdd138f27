const BITS = 16;
const SIZE = 1 << BITS;
const MASK = SIZE - 1;

/** Whole numbers of 32 bits by index, 0 until they are set. Grows by segments, so that nothing is ever copied. */
export class Ints {
  private readonly segments: Int32Array[] = [];

  get bytes(): number {
    return this.segments.length * SIZE * 4;
  }

  get(at: number): number {
    const segment = this.segments[at >>> BITS];
    return segment === undefined ? 0 : segment[at & MASK]!;
  }

  set(at: number, value: number): void {
    while (this.segments.length <= at >>> BITS) this.segments.push(new Int32Array(SIZE));
    this.segments[at >>> BITS]![at & MASK] = value;
  }
}

/** Numbers by index, like {@link Ints}. */
export class Floats {
  private readonly segments: Float64Array[] = [];

  get bytes(): number {
    return this.segments.length * SIZE * 8;
  }

  get(at: number): number {
    const segment = this.segments[at >>> BITS];
    return segment === undefined ? 0 : segment[at & MASK]!;
  }

  set(at: number, value: number): void {
    while (this.segments.length <= at >>> BITS) this.segments.push(new Float64Array(SIZE));
    this.segments[at >>> BITS]![at & MASK] = value;
  }
}
