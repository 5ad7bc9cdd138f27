import { Injectable } from '@nestjs/common';
import { UNCLASSIFIED } from '../../policy/index.js';
import { WHOLE_ASSET } from './claim.js';
import { ClaimRepository } from './claim.repository.js';
import { EffectiveTags } from './effective-tags.js';

/** What is said by hand of assets as a whole, in the transaction under way. `unclassified` among it says that nobody has looked. */
@Injectable()
export class HandTags {
  constructor(
    private readonly claims: ClaimRepository,
    private readonly effective: EffectiveTags,
  ) {}

  /** All that is said. */
  async set(assetId: string, tags: readonly string[], author: string): Promise<void> {
    const named = tags.filter(isNamed);
    await this.claims.keep(assetId, named);
    await this.claims.add(assetId, named.map(ofWhole), author, '');
    await this.effective.examined(assetId, named.length === tags.length);
    await this.effective.settle([assetId]);
  }

  /** The rest stays. */
  async change(
    assetId: string,
    add: readonly string[],
    remove: readonly string[],
    author: string,
  ): Promise<void> {
    await this.claims.remove(assetId, remove.map(ofWhole));
    await this.claims.add(assetId, add.filter(isNamed).map(ofWhole), author, '');
    await this.effective.examined(assetId, add.some(isNamed) || !add.includes(UNCLASSIFIED));
    await this.effective.settle([assetId]);
  }
}

const isNamed = (tag: string): boolean => tag !== UNCLASSIFIED;
const ofWhole = (tag: string) => ({ column: WHOLE_ASSET, tag });
