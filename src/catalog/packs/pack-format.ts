import { sha256Of, type Sha256 } from '../../storage/index.js';
import type { StoredNode } from '../trees/index.js';

/** A node's place in its pack. */
export interface NodePlace {
  readonly sha256: Sha256;
  readonly start: number;
  readonly sizeBytes: number;
}

/**
 * A pack: the bytes of nodes one after another; for each its digest (32 bytes), start (4, big-endian) and length (4);
 * the number of nodes (4); `CTPACK02`. So packs alone tell where every node is.
 */
export interface Pack {
  readonly bytes: Buffer;
  readonly places: readonly NodePlace[];
}

const MAGIC = Buffer.from('CTPACK02');
const PLACE_BYTES = 40;
export const TRAILER_BYTES = 12;
/** Nodes of about so many bytes make a pack: an upload that is neither slow to begin nor long to repeat. */
export const PACK_BYTES = 8 * 1024 * 1024;
/** Far above what is written; larger objects are no packs. */
export const MAX_PACK_BYTES = 64 * 1024 * 1024;

/** Parts nodes, in their order, into packs. */
export function encodePacks(nodes: readonly StoredNode[]): Pack[] {
  const packs: Pack[] = [];
  let group: StoredNode[] = [];
  let size = 0;
  for (const node of nodes) {
    group.push(node);
    size += node.bytes.length;
    if (size < PACK_BYTES) continue;
    packs.push(encodePack(group, size));
    group = [];
    size = 0;
  }
  if (group.length > 0) packs.push(encodePack(group, size));
  return packs;
}

function encodePack(nodes: readonly StoredNode[], size: number): Pack {
  const bytes = Buffer.allocUnsafeSlow(size + nodes.length * PLACE_BYTES + TRAILER_BYTES);
  const places: NodePlace[] = [];
  let start = 0;
  let at = size;
  for (const { sha256, bytes: node } of nodes) {
    bytes.set(node, start);
    places.push({ sha256, start, sizeBytes: node.length });
    bytes.write(sha256, at, 'hex');
    bytes.writeUInt32BE(start, at + 32);
    bytes.writeUInt32BE(node.length, at + 36);
    start += node.length;
    at += PLACE_BYTES;
  }
  bytes.writeUInt32BE(nodes.length, at);
  MAGIC.copy(bytes, at + 4);
  return { bytes, places };
}

/** Whether an object that ends so may be a pack. */
export function isPackTrailer(trailer: Buffer): boolean {
  return trailer.length === TRAILER_BYTES && trailer.subarray(4).equals(MAGIC);
}

/**
 * Reads what a pack says of itself, and believes nothing of it unseen: anybody can upload bytes that look like one.
 * @returns the places of its nodes, each of which has its digest; `undefined` when the bytes are not a pack
 */
export function decodePack(bytes: Buffer): NodePlace[] | undefined {
  const end = bytes.length - TRAILER_BYTES;
  if (end < 0 || !isPackTrailer(bytes.subarray(end))) return undefined;
  const count = bytes.readUInt32BE(end);
  const size = end - count * PLACE_BYTES;
  if (size < 0) return undefined;
  const places: NodePlace[] = [];
  for (let at = size; at < end; at += PLACE_BYTES) {
    const sha256 = bytes.toString('hex', at, at + 32) as Sha256;
    const start = bytes.readUInt32BE(at + 32);
    const sizeBytes = bytes.readUInt32BE(at + 36);
    if (start + sizeBytes > size) return undefined;
    if (sha256Of(bytes.subarray(start, start + sizeBytes)) !== sha256) return undefined;
    places.push({ sha256, start, sizeBytes });
  }
  return places;
}
