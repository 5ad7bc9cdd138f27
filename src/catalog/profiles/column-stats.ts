import { MAX_NAME_LENGTH, type ColumnProfile } from './profile.js';

/** Of longer values the start and the length count. */
const MAX_HASHED_LENGTH = 1024;
const { imul } = Math;

const SKETCH_SIZE = 1024;
const MAX_VALUE_LENGTH = 128;

/**
 * A place in 0 … 2^53 for each text, spread evenly: two 32-bit multiplicative hashes joined. Not a cryptographic one,
 * which would take most of the time of a scan; who aims for collisions spoils the estimate of a file of their own.
 * Source: cyrb53 by bryc, public domain.
 */
function positionOf(text: string): number {
  let high = 0xdeadbeef ^ text.length;
  let low = 0x41c6ce57;
  const length = Math.min(text.length, MAX_HASHED_LENGTH);
  for (let i = 0; i < length; i += 1) {
    const unit = text.charCodeAt(i);
    high = imul(high ^ unit, 2654435761);
    low = imul(low ^ unit, 1597334677);
  }
  const mix = (a: number, b: number): number =>
    imul(a ^ (a >>> 16), 2246822507) ^ imul(b ^ (b >>> 13), 3266489909);
  high = mix(high, low);
  low = mix(low, high);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}

/** Counts distinct values in bounded memory by the smallest of their hashes (K minimum values). */
export class DistinctSketch {
  /** Ascending, no duplicates. */
  private readonly smallest: number[] = [];

  add(value: string): void {
    const position = positionOf(value);
    if (this.smallest.length === SKETCH_SIZE && position >= this.smallest[SKETCH_SIZE - 1]!) return;
    let low = 0;
    let high = this.smallest.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.smallest[middle]! < position) low = middle + 1;
      else high = middle;
    }
    if (this.smallest[low] === position) return;
    this.smallest.splice(low, 0, position);
    if (this.smallest.length > SKETCH_SIZE) this.smallest.pop();
  }

  estimate(): number {
    if (this.smallest.length < SKETCH_SIZE) return this.smallest.length;
    return Math.round(((SKETCH_SIZE - 1) * 2 ** 53) / this.smallest[SKETCH_SIZE - 1]!);
  }
}

/** The least and greatest of some values, kept as they were written. */
class Extremes<T> {
  private least: { value: T; text: string } | undefined;
  private greatest: { value: T; text: string } | undefined;

  add(value: T, text: string): void {
    if (this.least === undefined || value < this.least.value) this.least = { value, text };
    if (this.greatest === undefined || value > this.greatest.value) this.greatest = { value, text };
  }

  get range(): Pick<ColumnProfile, 'min' | 'max'> {
    if (this.least === undefined || this.greatest === undefined) return {};
    return { min: this.least.text, max: this.greatest.text };
  }
}

/** What the values of one column of a text format were. */
export class ColumnStats {
  readonly types = new Set<string>();
  private values = 0;
  private readonly distinct = new DistinctSketch();
  private readonly numbers = new Extremes<number | bigint>();
  private readonly texts = new Extremes<string>();

  /** @param type of this value alone */
  add(type: string, text: string): void {
    this.values += 1;
    this.types.add(type);
    const short = text.slice(0, MAX_VALUE_LENGTH);
    this.distinct.add(text);
    this.texts.add(short, short);
    const isLongInteger = type === 'integer' && text.length > 15;
    const number =
      type !== 'integer' && type !== 'number' ? NaN : isLongInteger ? BigInt(text) : Number(text);
    if (!Number.isNaN(number)) this.numbers.add(number, short);
  }

  /**
   * @param rows all rows, those without this column too
   * @param type what the types of the values make together
   */
  profile(name: string, rows: number, type: string): ColumnProfile {
    const isNumeric = type === 'integer' || type === 'number';
    const isOrdered = isNumeric || type === 'string' || type === 'date' || type === 'timestamp';
    return {
      name: name.slice(0, MAX_NAME_LENGTH),
      type,
      nullable: this.values < rows,
      nullCount: rows - this.values,
      ...(isOrdered && (isNumeric ? this.numbers : this.texts).range),
      ...(this.values > 0 && { distinctEstimate: this.distinct.estimate() }),
    };
  }
}
