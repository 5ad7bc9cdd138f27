import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DomainError } from '../../platform/index.js';
import { Elasticsearch } from '../drivers/elasticsearch/elasticsearch.js';
import type { Standing } from '../drivers/elasticsearch/indices.js';
import { DocumentRepository } from './document.repository.js';
import { GenerationRepository, type GenerationState } from './generation.repository.js';
import { PendingRepository } from './pending.repository.js';

const RENEW_MS = 15_000;
const MAX_LOOKS = 10;

/** What Elasticsearch has: `current` is what this database filled last; `other` was filled by another one, or by this one at another time. */
export type IndexStanding = 'current' | 'missing' | 'older' | 'newer' | 'other';

/** Another process builds now. */
export class SearchBuildLostError extends DomainError {
  readonly kind = 'conflict';
  constructor() {
    super('Another process took over the building of the search indices.');
  }
}

/** Says whether Elasticsearch's indices are the ones that they should be, and builds them. */
@Injectable()
export class IndexBuilder {
  constructor(
    private readonly elasticsearch: Elasticsearch,
    private readonly generations: GenerationRepository,
    private readonly pending: PendingRepository,
    private readonly documents: DocumentRepository,
  ) {}

  async standing(): Promise<IndexStanding> {
    let before = await this.generations.find();
    for (let look = 0; look < MAX_LOOKS; look++) {
      const standing = await this.elasticsearch.index!.indices.standing();
      const known = isKnown(standing, before);
      const after = await this.generations.find();
      // A batch that was told between the looks made them differ.
      if (known || isSame(before, after))
        return standing.is !== 'built' ? standing.is : known ? 'current' : 'other';
      before = after;
    }
    return 'other';
  }

  /**
   * Builds all indices anew and lets searches see them at the end.
   * @param renew keeps others from doing the same; asked each `renewMs`; false when it could not
   * @returns how many assets they know
   * @throws {SearchBuildLostError}
   */
  async build(renew: () => Promise<boolean>, renewMs = RENEW_MS): Promise<number> {
    await this.generations.begin();
    const met = (await this.generations.find())?.due ?? null;
    const version = await this.pending.nextVersion();
    const generation = randomUUID();
    let isLost = false;
    const timer = setInterval(() => {
      renew().then(
        (isHeld) => (isLost ||= !isHeld),
        () => (isLost = true),
      );
    }, renewMs);
    try {
      const all = unless(() => isLost, this.documents.all());
      const count = await this.elasticsearch.index!.replaceAll(all, version, generation);
      await this.generations.finish(generation, version, met);
      return count;
    } finally {
      clearInterval(timer);
    }
  }
}

function isKnown(standing: Standing, state: GenerationState | undefined): boolean {
  if (standing.is !== 'built' || state?.generation !== standing.generation) return false;
  return standing.mark === state.told || standing.mark === state.telling;
}

function isSame(one: GenerationState | undefined, other: GenerationState | undefined): boolean {
  return (
    one?.generation === other?.generation && one?.told === other?.told && one?.telling === other?.telling
  );
}

async function* unless<T>(isLost: () => boolean, source: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const one of source) {
    if (isLost()) throw new SearchBuildLostError();
    yield one;
  }
  if (isLost()) throw new SearchBuildLostError();
}
