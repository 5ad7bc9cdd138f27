import { constants } from 'node:fs';
import { type FileHandle, open, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { ByteRange } from '../object-store.js';
import { clampRange } from '../verified.js';
import {
  type ForeignObject,
  ImportedObjectChangedError,
  type ImportSource,
  ImportSourceError,
} from './import-source.js';

const BATCH = 1000;

/** A folder of this machine, or one that is mounted on it. Links in it are not followed. */
export class FolderSource implements ImportSource {
  constructor(
    readonly name: string,
    readonly namespace: string,
    private readonly folder: string,
  ) {}

  async *list(prefix: string): AsyncGenerator<readonly ForeignObject[]> {
    const root = await realpath(this.folder).catch((error: Error) => {
      throw new ImportSourceError(this.name, error.message, { cause: error });
    });
    let batch: ForeignObject[] = [];
    for await (const key of this.keysIn(root, '', prefix)) {
      const { size, mtimeNs } = await stat(path.join(root, key), { bigint: true });
      batch.push({ key, sizeBytes: Number(size), etag: etagOf(size, mtimeNs) });
      if (batch.length === BATCH) {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
  }

  async open(object: ForeignObject, range?: ByteRange): Promise<Readable> {
    const handle = await this.openFile(object.key);
    try {
      const { size, mtimeNs } = await handle.stat({ bigint: true });
      if (etagOf(size, mtimeNs) !== object.etag)
        throw new ImportedObjectChangedError(this.name, object.key, 'the file was changed');
      const { start, end } = clampRange(range ?? { start: 0 }, object.sizeBytes);
      if (start < end) return handle.createReadStream({ start, end: end - 1 });
    } catch (error) {
      await handle.close();
      throw error;
    }
    await handle.close();
    return Readable.from([], { objectMode: false });
  }

  private async openFile(key: string): Promise<FileHandle> {
    try {
      const root = await realpath(this.folder);
      const file = path.join(root, key);
      const real = await realpath(path.dirname(file));
      if (real !== root && !real.startsWith(`${root}${path.sep}`))
        throw new ImportSourceError(this.name, 'a link leads out of its folder');
      return await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP')
        throw new ImportedObjectChangedError(this.name, key, 'the file is gone');
      throw error instanceof ImportSourceError
        ? error
        : new ImportSourceError(this.name, (error as Error).message, { cause: error });
    }
  }

  /** In the order of whole keys, in which a folder counts with the slash behind its name. */
  private async *keysIn(root: string, below: string, prefix: string): AsyncGenerator<string> {
    const found = await readdir(path.join(root, below), { withFileTypes: true });
    const items = found
      .filter((item) => item.isFile() || item.isDirectory())
      .map((item) => `${below}${item.name}${item.isDirectory() ? '/' : ''}`)
      .filter((key) => key.startsWith(prefix) || (key.endsWith('/') && prefix.startsWith(key)))
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    for (const key of items) {
      if (key.endsWith('/')) yield* this.keysIn(root, key, prefix);
      else yield key;
    }
  }
}

const etagOf = (size: bigint, mtimeNs: bigint): string => `${size}-${mtimeNs}`;
