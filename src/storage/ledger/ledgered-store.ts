import type { Readable } from 'node:stream';
import type { DirectTransfers, UploadPlace } from '../direct-transfers.js';
import type {
  ByteRange,
  ExpectedObject,
  ObjectBody,
  ObjectStore,
  StoreCapabilities,
  StoredObject,
} from '../object-store.js';
import type { ImportReads } from '../imports/import-reads.js';
import type { Sha256 } from '../sha256.js';
import type { Ledger } from './ledger.js';

/** A store whose objects are announced to the ledger before their bytes get their name, and that has those too that were imported. */
export class LedgeredStore implements ObjectStore {
  private readonly claim = (object: StoredObject): Promise<void> => this.ledger.claim(object);

  constructor(
    private readonly store: ObjectStore,
    private readonly ledger: Ledger,
    private readonly imports: ImportReads,
  ) {}

  put(body: ObjectBody, expected: ExpectedObject = {}): Promise<StoredObject> {
    return this.store.put(body, { ...expected, claim: this.claim });
  }

  open(sha256: Sha256, range?: ByteRange): Promise<Readable> {
    return this.imports.orImported(
      sha256,
      () => this.store.open(sha256, range),
      (object) => this.imports.open(object, range),
    );
  }

  read(sha256: Sha256, maxBytes: number): Promise<Buffer> {
    return this.imports.orImported(
      sha256,
      () => this.store.read(sha256, maxBytes),
      (object) => this.imports.read(object, maxBytes),
    );
  }

  readParts(...asked: Parameters<ObjectStore['readParts']>): Promise<void> {
    return this.store.readParts(...asked);
  }

  async stat(sha256: Sha256): Promise<StoredObject | undefined> {
    return (await this.store.stat(sha256)) ?? this.imports.stat(sha256);
  }

  delete(sha256: Sha256): Promise<void> {
    return this.store.delete(sha256);
  }

  list(after?: Sha256): AsyncIterable<StoredObject> {
    return this.store.list(after);
  }

  check(): Promise<{ readonly freeBytes?: number }> {
    return this.store.check();
  }

  probe(): Promise<StoreCapabilities> {
    return this.store.probe();
  }

  get direct(): DirectTransfers | undefined {
    const { direct } = this.store;
    return (
      direct && {
        signUpload: (place) => direct.signUpload(place),
        adopt: (place: UploadPlace) => direct.adopt(place, this.claim),
        signDownload: (sha256, as) => direct.signDownload(sha256, as),
        sweep: (before) => direct.sweep(before),
      }
    );
  }
}
