import { IngestionOverloadedError } from './errors.js';

/** Bytes of events that may be held at once. */
export class ByteBound {
  private held = 0;

  constructor(private readonly maxBytes: number) {}

  /** @throws {IngestionOverloadedError} nothing is taken */
  take(bytes: number): void {
    if (this.held + bytes > this.maxBytes) throw new IngestionOverloadedError(this.held);
    this.held += bytes;
  }

  give(bytes: number): void {
    this.held -= bytes;
  }

  /** Holds bytes while something is done. @throws {IngestionOverloadedError} it is not begun */
  async during<T>(bytes: number, work: () => Promise<T> | T): Promise<T> {
    this.take(bytes);
    try {
      return await work();
    } finally {
      this.give(bytes);
    }
  }
}
