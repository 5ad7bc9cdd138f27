const DIGEST_BYTES = 32;
/** Bits for each digest that is expected: with four probes about one in four hundred others seems to be there. */
const BITS_EACH = 16;
const PROBES = 4;

/**
 * A set of SHA-256 digests in a fixed memory of two bytes each, that may take some for members that are not (a Bloom filter): what is
 * garbage then stays until the next collection, which has another salt. Never the other way round.
 */
export class DigestFilter {
  private readonly bits: Uint32Array;
  private readonly size: number;
  private readonly salts: readonly number[];

  /**
   * @param expected how many digests there will be; more make it less selective, not wrong
   * @param salt any 16 bytes, so that nobody can choose content that seems to be reachable every time
   */
  constructor(expected: number, salt: Buffer) {
    this.size = Math.min(2 ** 32 - 32, Math.max(1024, expected * BITS_EACH));
    this.bits = new Uint32Array(Math.ceil(this.size / 32));
    this.salts = Array.from({ length: PROBES }, (_, i) => salt.readUInt32LE(i * 4) | 1);
  }

  /** @param digests one after another, 32 bytes each */
  addAll(digests: Buffer): void {
    for (let at = 0; at < digests.length; at += DIGEST_BYTES) {
      for (let probe = 0; probe < PROBES; probe += 1) {
        const bit = this.bitOf(digests, at, probe);
        this.bits[bit >>> 5]! |= 1 << (bit & 31);
      }
    }
  }

  has(digest: Buffer): boolean {
    for (let probe = 0; probe < PROBES; probe += 1) {
      const bit = this.bitOf(digest, 0, probe);
      if ((this.bits[bit >>> 5]! & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }

  /** Digests are as good as random; the salt makes which bits they set unknown beforehand. */
  private bitOf(digests: Buffer, at: number, probe: number): number {
    let word = digests.readUInt32LE(at + probe * 8) ^ this.salts[probe]!;
    word = Math.imul(word ^ (word >>> 16), 0x7feb352d);
    word = Math.imul(word ^ (word >>> 15) ^ digests.readUInt32LE(at + probe * 8 + 4), 0x846ca68b);
    return ((word ^ (word >>> 16)) >>> 0) % this.size;
  }
}
