import { type FileHandle, mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { ApiError } from '../api/api-error.js';
import type { Io } from '../io.js';
import { formatSize } from '../output/format.js';
import { TargetFile } from '../output/target-file.js';
import { writeWaiting } from '../standard-streams.js';

const NEWLINE = 0x0a;
const PROGRESS_MS = 250;

/** Where an export goes: standard output, or a file that has its name once it is whole. */
export class ExportTarget {
  /** Of answers that came to their end. */
  lines = 0;
  bytes = 0;
  private shownAt = 0;
  private isShown = false;

  private constructor(
    private readonly io: Io,
    private readonly what: string,
    private readonly file?: { readonly handle: FileHandle; readonly target: TargetFile },
  ) {}

  /** @param name of a file; standard output when undefined @param what the lines are, for the progress on a terminal */
  static async open(io: Io, name: string | undefined, what: string): Promise<ExportTarget> {
    if (name === undefined) return new ExportTarget(io, what);
    const file = path.resolve(io.cwd, name);
    await mkdir(path.dirname(file), { recursive: true });
    const target = await TargetFile.at(file);
    return new ExportTarget(io, what, { handle: await open(target.partial, 'w'), target });
  }

  /** Takes the body of an answer to its end. Of one that ends too early a file has nothing. @throws {ApiError} `UNREACHABLE` */
  async take(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    let [lines, bytes] = [this.lines, this.bytes];
    try {
      for await (const chunk of chunks) {
        if (this.file === undefined) await writeWaiting(this.io.stdout, chunk);
        else await this.file.handle.writeFile(chunk);
        for (const byte of chunk) if (byte === NEWLINE) lines += 1;
        bytes += chunk.byteLength;
        this.show(lines, bytes);
      }
    } catch (error) {
      if (this.file?.target.isRetractable === true) await this.file.handle.truncate(this.bytes);
      if (!(error instanceof TypeError)) throw error;
      throw new ApiError(`The connection ended after ${formatSize(bytes)}. Try again.`, 'UNREACHABLE');
    }
    [this.lines, this.bytes] = [lines, bytes];
  }

  /** Gives the file its name. */
  async keep(): Promise<void> {
    if (this.file === undefined) return;
    if (this.file.target.isRetractable) await this.file.handle.sync();
    await this.file.target.keep();
  }

  async close(): Promise<void> {
    if (this.isShown) this.io.stderr.write('\r\u001b[K');
    if (this.file === undefined) return;
    await this.file.handle.close();
    await this.file.target.discard();
  }

  /** Progress on a terminal; nothing elsewhere. */
  private show(lines: number, bytes: number): void {
    if (this.io.stderr.isTTY !== true || Date.now() - this.shownAt < PROGRESS_MS) return;
    this.shownAt = Date.now();
    this.isShown = true;
    this.io.stderr.write(`\r\u001b[K${lines} ${this.what}, ${formatSize(bytes)}`);
  }
}
