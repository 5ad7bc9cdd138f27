import type { ObjectStore, StoredObject } from '../../storage/index.js';

/** Random access to the bytes of a file. */
export interface ContentReader {
  readonly sizeBytes: number;
  /** The bytes of `[start, end)`, where 0 ≤ start ≤ end ≤ sizeBytes. */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** A stored object by ranged reads. */
export function objectReader(store: ObjectStore, object: StoredObject): ContentReader {
  return {
    sizeBytes: object.sizeBytes,
    async read(start, end) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of await store.open(object.sha256, { start, end }))
        chunks.push(chunk as Uint8Array);
      return Buffer.concat(chunks);
    },
  };
}

export function bytesReader(bytes: Uint8Array): ContentReader {
  return { sizeBytes: bytes.byteLength, read: async (start, end) => bytes.subarray(start, end) };
}
