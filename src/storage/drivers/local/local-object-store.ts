import { access, constants, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';

import { ObjectNotFoundError, StoreUnavailableError } from '../../errors.js';
import { measured } from '../../measured.js';
import type {
  ByteRange,
  ExpectedObject,
  ObjectBody,
  ObjectStore,
  StoreCapabilities,
  StoredObject,
} from '../../object-store.js';
import { isSha256, type Sha256 } from '../../sha256.js';
import { clampRange, objectKey, readVerified, verified } from '../../verified.js';
import {
  errnoOf,
  fullOr,
  makeFolders,
  removeStale,
  syncDirectory,
  temporaryName,
  writeDurably,
} from './local-files.js';
import { OpenFiles, readRanges } from './open-files.js';

const READ_CHUNK_BYTES = 256 * 1024;

/**
 * Objects as read-only files in a directory: `objects/ab/cdef…`, written under `tmp/` and renamed when they are
 * durable. `tmp/` must be on the same file system as `objects/`.
 */
export class LocalObjectStore implements ObjectStore {
  private readonly files = new OpenFiles();

  private constructor(private readonly root: string) {}

  /**
   * Makes the directory when it is missing (its parents too) and clears what crashed writers left.
   * @param root path of the directory; a relative one counts from the working directory
   */
  static async open(root: string): Promise<LocalObjectStore> {
    const store = new LocalObjectStore(resolve(root));
    await mkdir(join(store.root, 'objects'), { recursive: true });
    await mkdir(join(store.root, 'tmp'), { recursive: true });
    await syncDirectory(store.root);
    await makeFolders(join(store.root, 'objects'));
    await removeStale(join(store.root, 'tmp'));
    return store;
  }

  async put(body: ObjectBody, expected: ExpectedObject = {}): Promise<StoredObject> {
    const incoming = measured(body, expected);
    const temporary = join(this.root, 'tmp', temporaryName());
    try {
      const object = await writeDurably(temporary, incoming.chunks, () => incoming.verify());
      await claimOrRemove(temporary, object, expected.claim);
      await this.name(temporary, object.sha256);
      return object;
    } catch (error) {
      throw fullOr(error, this.root);
    }
  }

  async open(sha256: Sha256, range?: ByteRange): Promise<Readable> {
    const handle = await open(this.path(sha256), 'r').catch((error: unknown) => {
      throw errnoOf(error) === 'ENOENT' ? new ObjectNotFoundError(sha256) : error;
    });
    try {
      const { size } = await handle.stat();
      if (range === undefined) {
        const source = handle.createReadStream({ highWaterMark: READ_CHUNK_BYTES });
        return verified(source, { sha256, sizeBytes: size });
      }
      const { start, end } = clampRange(range, size);
      if (start < end)
        return handle.createReadStream({ start, end: end - 1, highWaterMark: READ_CHUNK_BYTES });
    } catch (error) {
      await handle.close();
      throw error;
    }
    await handle.close();
    return Readable.from([], { objectMode: false });
  }

  async read(sha256: Sha256, maxBytes: number): Promise<Buffer> {
    const object = await this.stat(sha256);
    if (object === undefined) throw new ObjectNotFoundError(sha256);
    return readVerified(this, object, maxBytes);
  }

  async readParts(
    sha256: Sha256,
    ranges: readonly Required<ByteRange>[],
    take: (at: number, part: Buffer) => void,
  ): Promise<void> {
    try {
      await this.files.use(this.path(sha256), (file) => readRanges(file, sha256, ranges, take));
    } catch (error) {
      throw errnoOf(error) === 'ENOENT' ? new ObjectNotFoundError(sha256) : error;
    }
  }

  async stat(sha256: Sha256): Promise<StoredObject | undefined> {
    try {
      return { sha256, sizeBytes: (await stat(this.path(sha256))).size };
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  async delete(sha256: Sha256): Promise<void> {
    const path = this.path(sha256);
    try {
      await rm(path);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return;
      throw error;
    } finally {
      this.files.forget(path);
    }
    await syncDirectory(dirname(path));
  }

  async *list(after?: Sha256): AsyncIterable<StoredObject> {
    const objects = join(this.root, 'objects');
    for (const folder of (await readdir(objects)).sort()) {
      if (after !== undefined && folder < after.slice(0, 2)) continue;
      for (const name of (await readdir(join(objects, folder))).sort()) {
        const sha256 = folder + name;
        if (!isSha256(sha256) || (after !== undefined && sha256 <= after)) continue;
        const object = await this.stat(sha256);
        if (object !== undefined) yield object;
      }
    }
  }

  async probe(): Promise<StoreCapabilities> {
    await this.check();
    return {
      driver: 'local',
      location: this.root,
      readAfterWrite: true,
      conditionalPut: true,
      conditionalMultipart: true,
      checksums: true,
      rangedReads: true,
      versioning: 'off',
      directTransfers: false,
    };
  }

  async check(): Promise<{ freeBytes: number }> {
    try {
      await access(join(this.root, 'tmp'), constants.W_OK);
      const { bavail, bsize } = await statfs(this.root);
      return { freeBytes: bavail * bsize };
    } catch (error) {
      const reason = errnoOf(error) ?? String(error);
      throw new StoreUnavailableError('local', `use ${this.root}`, reason, { cause: error });
    }
  }

  /** Replaces an object of the same name, which has the same bytes, or has lost them and is mended so. */
  private async name(temporary: string, sha256: Sha256): Promise<void> {
    const path = this.path(sha256);
    try {
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    this.files.forget(path);
    await syncDirectory(dirname(path));
  }

  private path(sha256: Sha256): string {
    return join(this.root, objectKey(sha256));
  }
}

async function claimOrRemove(
  temporary: string,
  object: StoredObject,
  claim: ExpectedObject['claim'],
): Promise<void> {
  try {
    await claim?.(object);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
