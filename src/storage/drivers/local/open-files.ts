import { close, open, read } from 'node:fs';
import { promisify } from 'node:util';

import { LRUCache } from 'lru-cache';

import type { ByteRange } from '../../object-store.js';
import type { Sha256 } from '../../sha256.js';
import { shortOf } from '../../verified.js';
import { Scratch } from './scratch.js';

const openFile = promisify(open);
const readFile = promisify(read);
const closeFile = promisify(close);

const scratch = new Scratch();
const MAX_OPEN = 256;
/** So long a file that was replaced or removed by another process may still be read. */
const OPEN_MS = 5_000;

/** An open file, which is closed when it is retired and nobody reads it any more. */
class OpenFile {
  private users = 0;
  private isRetired = false;

  constructor(readonly descriptor: Promise<number>) {
    // Those who wait for it are told; nobody may be.
    descriptor.catch(() => undefined);
  }

  enter(): void {
    this.users += 1;
  }

  leave(): void {
    this.users -= 1;
    this.closeUnused();
  }

  retire(): void {
    this.isRetired = true;
    this.closeUnused();
  }

  private closeUnused(): void {
    if (!this.isRetired || this.users > 0) return;
    this.descriptor.then(closeFile).catch(() => undefined);
  }
}

/** Files that are read in parts, kept open for a while: opening one costs more than reading a part of it. */
export class OpenFiles {
  private readonly files = new LRUCache<string, OpenFile>({
    max: MAX_OPEN,
    ttl: OPEN_MS,
    ttlAutopurge: true,
    dispose: (file) => file.retire(),
  });

  /** @throws the system's error when the file cannot be opened */
  async use<T>(path: string, work: (descriptor: number) => Promise<T>): Promise<T> {
    let file = this.files.get(path);
    if (file === undefined) {
      file = new OpenFile(openFile(path, 'r'));
      this.files.set(path, file);
    }
    file.enter();
    try {
      return await work(await file.descriptor);
    } catch (error) {
      this.files.delete(path);
      throw error;
    } finally {
      file.leave();
    }
  }

  /** Reads of this path open it anew from now on. */
  forget(path: string): void {
    this.files.delete(path);
  }
}

/**
 * Reads one range after the other, into memory that is used again.
 * @throws {CorruptObjectError} the file ends before a range does
 */
export async function readRanges(
  descriptor: number,
  sha256: Sha256,
  ranges: readonly Required<ByteRange>[],
  take: (at: number, part: Buffer) => void,
): Promise<void> {
  const memory = scratch.lend(ranges.reduce((most, { start, end }) => Math.max(most, end - start), 0));
  try {
    for (const [at, { start, end }] of ranges.entries()) {
      const part = memory.subarray(0, end - start);
      let length = 0;
      while (length < part.length) {
        const { bytesRead } = await readFile(descriptor, part, length, part.length - length, start + length);
        if (bytesRead === 0) throw shortOf(sha256, start, part.length, length);
        length += bytesRead;
      }
      take(at, part);
    }
  } finally {
    scratch.takeBack(memory);
  }
}
