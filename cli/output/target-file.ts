import { realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** A file that gets its name once it is whole; a device or pipe is written at once, and never replaced by a file. */
export class TargetFile {
  private constructor(
    /** Where to write. */
    readonly partial: string,
    private readonly name: string,
  ) {}

  /** @param file through a link, what the link leads to */
  static async at(file: string): Promise<TargetFile> {
    const found = await stat(file).catch(() => undefined);
    if (found !== undefined && !found.isFile() && !found.isDirectory()) return new TargetFile(file, file);
    const name = found === undefined ? file : await realpath(file);
    const partial = path.join(path.dirname(name), `.${path.basename(name)}.${process.pid}.part`);
    return new TargetFile(partial, name);
  }

  /** Whether what was written can be taken back. */
  get isRetractable(): boolean {
    return this.partial !== this.name;
  }

  async keep(): Promise<void> {
    if (this.isRetractable) await rename(this.partial, this.name);
  }

  async discard(): Promise<void> {
    if (this.isRetractable) await rm(this.partial, { force: true });
  }
}

/** The place of a file of this name: in `target` if that is a directory, else `target` itself. */
export async function fileIn(target: string, name: string): Promise<string> {
  const found = await stat(target).catch(() => undefined);
  return found?.isDirectory() === true ? path.join(target, name) : target;
}

/** Whether a file's name stands for standard output. */
export function isStandardOutput(name: string | undefined): boolean {
  return name === '-' || name === '/dev/stdout';
}

/** The file that an option names, `undefined` where it names standard output. */
export function fileOf(name: string | undefined): string | undefined {
  return isStandardOutput(name) ? undefined : name;
}
