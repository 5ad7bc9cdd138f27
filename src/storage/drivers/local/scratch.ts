/** Pieces of memory that are kept, and their size. */
const KEPT = 16;
const PIECE_BYTES = 256 * 1024;

/** Memory for what is read and looked at once. Fresh memory costs a page fault for every page of it, and the collector's attention. */
export class Scratch {
  private readonly free: Buffer[] = [];

  /** @returns memory of that many bytes or more, with anything in it */
  lend(bytes: number): Buffer {
    if (bytes > PIECE_BYTES) return Buffer.allocUnsafeSlow(bytes);
    return this.free.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
  }

  /** It must not be used any more. */
  takeBack(memory: Buffer): void {
    if (memory.length === PIECE_BYTES && this.free.length < KEPT) this.free.push(memory);
  }
}
