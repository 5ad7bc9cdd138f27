import { Inject, Injectable } from '@nestjs/common';
import { assertOutsideTransaction } from '../../platform/index.js';
import { OBJECT_STORE, type ObjectStore, type Sha256, type StoredObject } from '../../storage/index.js';
import { decodePack, isPackTrailer, MAX_PACK_BYTES, TRAILER_BYTES } from './pack-format.js';
import { PackRepository, type PackRow } from './pack.repository.js';

const PAGE = 1000;

/** What is known of packs, for garbage collection and repair. */
@Injectable()
export class PackIndex {
  constructor(
    private readonly packs: PackRepository,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
  ) {}

  /** All packs by digest; those stored or removed meanwhile may or may not appear. */
  async *list(): AsyncGenerator<PackRow> {
    let after: Sha256 | undefined;
    for (;;) {
      const page = await this.packs.list(after, PAGE);
      yield* page;
      if (page.length < PAGE) return;
      after = page.at(-1)!.sha256;
    }
  }

  /** @returns the digests of the nodes that are read from the pack, 32 bytes each */
  nodesOf(pack: Sha256): Promise<Buffer> {
    return this.packs.nodesOf(pack);
  }

  /**
   * Forgets a pack none of whose nodes is needed. Its object stays: whoever deletes it must know that no writer has put the same
   * pack again.
   * @param unusedSince an hour ago at the latest, as the use of a pack is noted once an hour
   * @returns false when a writer has relied on the pack since then; it is needed then
   */
  remove(pack: Sha256, unusedSince: Date): Promise<boolean> {
    return this.packs.remove(pack, unusedSince);
  }

  /**
   * Finds all packs in the store, and what each of them holds, where the tables were lost. Reads the end of every object, and packs
   * as a whole: nothing gets a row whose bytes were not hashed. May run beside readers and writers.
   * @returns how many packs and nodes were found
   */
  async rebuild(): Promise<{ packs: number; nodes: number }> {
    assertOutsideTransaction('looking for packs');
    const found = { packs: 0, nodes: 0 };
    for await (const object of this.objects.list()) {
      const places = await this.placesIn(object);
      if (places === undefined) continue;
      await this.packs.insert(object.sha256, object.sizeBytes, places);
      found.packs += 1;
      found.nodes += places.length;
    }
    return found;
  }

  private async placesIn({ sha256, sizeBytes }: StoredObject) {
    if (sizeBytes < TRAILER_BYTES || sizeBytes > MAX_PACK_BYTES) return undefined;
    const end = { start: sizeBytes - TRAILER_BYTES, end: sizeBytes };
    let isPack = false;
    await this.objects.readParts(sha256, [end], (_, trailer) => (isPack = isPackTrailer(trailer)));
    if (!isPack) return undefined;
    return decodePack(await this.objects.read(sha256, MAX_PACK_BYTES));
  }
}
