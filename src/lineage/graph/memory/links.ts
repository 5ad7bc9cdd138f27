import { Ints } from './segments.js';
import { Validity } from './validity.js';
import { WordTable } from './word-table.js';

/**
 * Edges between numbered things, with when they hold. Each is found by its key, whose first two words are its ends, and in the list of
 * each of its ends; lists are chains through the edges, so that an edge more moves nothing.
 */
export class Links {
  readonly validity = new Validity();
  private readonly table: WordTable;
  /** By end, and by edge: the number of an edge plus one; 0 ends a list. */
  private readonly firstOut = new Ints();
  private readonly firstIn = new Ints();
  private readonly nextOut = new Ints();
  private readonly nextIn = new Ints();

  /** @param width words of a key, two at least */
  constructor(width: number) {
    this.table = new WordTable(width);
  }

  get size(): number {
    return this.table.size;
  }

  get bytes(): number {
    const lists = [this.firstOut, this.firstIn, this.nextOut, this.nextIn];
    return this.table.bytes + this.validity.bytes + lists.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Sets when an edge holds; makes it if it is not there. @returns its number */
  set(key: Int32Array, intervals: readonly number[]): number {
    const known = this.table.size;
    const edge = this.table.add(key);
    this.validity.set(edge, intervals);
    if (edge < known) return edge;
    const [source, target] = [key[0]!, key[1]!];
    this.nextOut.set(edge, this.firstOut.get(source));
    this.firstOut.set(source, edge + 1);
    this.nextIn.set(edge, this.firstIn.get(target));
    this.firstIn.set(target, edge + 1);
    return edge;
  }

  /** @returns -1 for none */
  find(key: Int32Array): number {
    return this.table.find(key);
  }

  /** A word of an edge's key. */
  word(edge: number, at: number): number {
    return this.table.word(edge, at);
  }

  source(edge: number): number {
    return this.table.word(edge, 0);
  }

  target(edge: number): number {
    return this.table.word(edge, 1);
  }

  /** The first edge that leaves `end`, or that comes to it; -1 for none. */
  first(end: number, isOut: boolean): number {
    return (isOut ? this.firstOut : this.firstIn).get(end) - 1;
  }

  /** The edge after `edge` in the same list. */
  next(edge: number, isOut: boolean): number {
    return (isOut ? this.nextOut : this.nextIn).get(edge) - 1;
  }
}
