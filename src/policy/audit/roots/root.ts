import { createHash } from 'node:crypto';
import { merkleRoot } from './merkle.js';

/** What a root says of one segment: its records from `from` to `to`, both included. */
export interface RootedSegment {
  readonly segment: string;
  readonly from: number;
  readonly to: number;
  /** Hash of record `to`, in hex: with it of all before. */
  readonly head: string;
  /** Root of the Merkle tree over the hashes of these records, in hex. */
  readonly tree: string;
}

/** All records that were chained since the root before. */
export interface Root {
  /** From 1, without a gap. */
  readonly number: number;
  readonly at: string;
  readonly installation: string;
  /** SHA-256 of the document before, in hex; zeros before the first. */
  readonly previous: string;
  /** Fingerprint of the key that signed. */
  readonly key: string;
  /** Records in it. */
  readonly count: number;
  /** Root of the Merkle tree over {@link segmentEntry} of each segment, in hex. */
  readonly tree: string;
  readonly segments: readonly RootedSegment[];
}

/** A root as it is kept: the text that was signed, and the signature in base64. */
export interface SignedRoot {
  readonly document: string;
  readonly signature: string;
}

/** What stands before the first root. */
export const NO_ROOT = '0'.repeat(64);

/** SHA-256 of a root's text, in hex: what the next one names. */
export function rootHash(document: string): string {
  return createHash('sha256').update(document).digest('hex');
}

/** What of a segment goes into the tree of a root. */
export function segmentEntry({ segment, from, to, head, tree }: RootedSegment): Buffer {
  return Buffer.from(`${segment}:${from}:${to}:${head}:${tree}`);
}

/** Text of a root. */
export function rootDocument(root: Omit<Root, 'count' | 'tree'>): string {
  const { segments, ...rest } = root;
  const count = segments.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  return JSON.stringify({
    ...rest,
    count,
    tree: merkleRoot(segments.map(segmentEntry)).toString('hex'),
    segments,
  });
}

/** Where a root is kept. Numbers sort as texts. */
export function rootName(number: number): string {
  return `audit/roots/${String(number).padStart(10, '0')}.json`;
}
