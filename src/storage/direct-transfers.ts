import type { StoredObject } from './object-store.js';
import type { Sha256 } from './sha256.js';

/** A request that a client may send to the store itself, once it is signed. */
export interface SignedRequest {
  readonly method: 'GET' | 'PUT';
  readonly url: string;
  /** To be sent exactly so: the signature holds for them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: Date;
}

/** One part of an object that is sent in parts: its bytes `[start, end)`. */
export interface SignedPart {
  /** From 1. */
  readonly number: number;
  readonly start: number;
  readonly end: number;
  readonly request: SignedRequest;
}

/** How an object is sent: whole, or in parts, in any order, several at once, and again where one failed. */
export type SignedUpload =
  | { readonly kind: 'whole'; readonly request: SignedRequest }
  /** Those that have not arrived yet; none when only {@link DirectTransfers.adopt} is left to do. */
  | { readonly kind: 'parts'; readonly parts: readonly SignedPart[] };

/** Where a client puts bytes before they count. Two places never meet, whatever digests their clients know. */
export interface UploadPlace {
  /** A UUID of whom the bytes are handed to: a repository. */
  readonly recipient: string;
  /** What is announced. The signature holds for these bytes only. */
  readonly object: StoredObject;
}

/** How a browser is to take what it downloads. */
export interface DownloadAs {
  readonly contentType?: string;
  readonly fileName?: string;
}

/**
 * An optional ability of an object store: bytes that go between client and store, past the service. An uploaded object has no name
 * until it is adopted: knowing a digest gives nobody its bytes, and a store that takes other bytes than were signed for gains nothing.
 */
export interface DirectTransfers {
  /**
   * Asking again goes on with an upload in parts where it was left.
   * @throws {ObjectTooLargeError}
   */
  signUpload(place: UploadPlace): Promise<SignedUpload>;

  /**
   * Reads and hashes what arrived at a place, and gives it its name. Adopting twice, also at the same time, succeeds.
   * @param claim called when the bytes were proven, before they get their name
   * @returns false when nothing arrived
   * @throws {UploadIncompleteError} some parts arrived, and not all
   * @throws {ChecksumMismatchError} other bytes arrived; they are removed
   */
  adopt(place: UploadPlace, claim?: (object: StoredObject) => Promise<void>): Promise<boolean>;

  /** The reader has to verify what comes. Nothing is asked of the store: an object that is not there gives a request that fails. */
  signDownload(sha256: Sha256, as?: DownloadAs): Promise<SignedRequest>;

  /** Removes what arrived and was not adopted. @param before when it came at the latest @returns how many objects */
  sweep(before: Date): Promise<number>;
}
