import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ObjectNotFoundError, ObjectTooLargeError } from '../errors.js';
import type { ByteRange, StoredObject } from '../object-store.js';
import type { Sha256 } from '../sha256.js';
import type { ImportedObject, ImportedObjects } from './imported-objects.js';
import type { ImportSources } from './import-sources.js';

/** Reads of objects that the store does not have, because they were imported and stay where they are. */
export class ImportReads {
  constructor(
    private readonly sources: ImportSources,
    private readonly objects: ImportedObjects,
  ) {}

  /** Does `read`, and for an object that is not in the store, `instead` with where it is. */
  async orImported<T>(
    sha256: Sha256,
    read: () => Promise<T>,
    instead: (object: ImportedObject) => Promise<T>,
  ): Promise<T> {
    try {
      return await read();
    } catch (error) {
      const imported = error instanceof ObjectNotFoundError ? await this.objects.find(sha256) : undefined;
      if (imported === undefined) throw error;
      return instead(imported);
    }
  }

  open(object: ImportedObject, range?: ByteRange): Promise<Readable> {
    return this.sources.get(object.source).open(object, range);
  }

  async read(object: ImportedObject, maxBytes: number): Promise<Buffer> {
    if (object.sizeBytes > maxBytes) throw new ObjectTooLargeError(maxBytes);
    return buffer(await this.open(object));
  }

  async stat(sha256: Sha256): Promise<StoredObject | undefined> {
    const object = await this.objects.find(sha256);
    return object && { sha256, sizeBytes: object.sizeBytes };
  }
}
