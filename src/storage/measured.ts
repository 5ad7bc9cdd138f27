import { createHash } from 'node:crypto';

import { ChecksumMismatchError, ObjectTooLargeError } from './errors.js';
import type { ExpectedObject, ObjectBody, StoredObject } from './object-store.js';
import type { Sha256 } from './sha256.js';

/** Bytes on their way into a store, counted and hashed as they pass. */
export interface Measured {
  /** To be read once, to its end; throws as soon as too many bytes have come. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /**
   * What passed. Call after the last chunk and before the object gets its name.
   * @throws {ChecksumMismatchError}
   */
  verify(): StoredObject;
}

/** @param storeLimitBytes what the driver can store as one object; counts besides `expected.maxBytes` */
export function measured(body: ObjectBody, expected: ExpectedObject, storeLimitBytes = Infinity): Measured {
  const hash = createHash('sha256');
  const maxBytes = Math.min(expected.maxBytes ?? Infinity, storeLimitBytes);
  let sizeBytes = 0;
  async function* chunks(): AsyncIterable<Uint8Array> {
    for await (const chunk of body instanceof Uint8Array ? [body] : body) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > maxBytes) throw new ObjectTooLargeError(maxBytes);
      // Stops a sender that never ends; the true size is not known then, only that it is larger.
      if (expected.sizeBytes !== undefined && sizeBytes > expected.sizeBytes) {
        throw new ChecksumMismatchError('sizeBytes', expected.sizeBytes, `at least ${sizeBytes}`);
      }
      hash.update(chunk);
      yield chunk;
    }
  }
  return {
    chunks: chunks(),
    verify() {
      if (expected.sizeBytes !== undefined && sizeBytes !== expected.sizeBytes) {
        throw new ChecksumMismatchError('sizeBytes', expected.sizeBytes, sizeBytes);
      }
      const sha256 = hash.digest('hex') as Sha256;
      if (expected.sha256 !== undefined && sha256 !== expected.sha256) {
        throw new ChecksumMismatchError('sha256', expected.sha256, sha256);
      }
      return { sha256, sizeBytes };
    },
  };
}
