import { Get, Query } from '@nestjs/common';
import { z } from 'zod';
import type { Asset } from '../../../catalog/index.js';
import { Caller, type Principal } from '../../../identity/index.js';
import { validate } from '../../../platform/index.js';
import { limit, NAME } from '../http/inputs.js';
import { MarquezController } from '../http/marquez-controller.js';
import { nodeIdOf } from '../lineage/node-id.js';
import { NameService } from '../names/name.service.js';

const DAY = z.iso.date({ error: 'must be a day like 2026-11-23' }).optional();

/** Marquez compares words without regard to case. */
const word = <const Word extends string>(...words: readonly [Word, ...Word[]]) =>
  z
    .string({ error: 'must be given once' })
    .transform((text) => text.toUpperCase())
    .pipe(z.enum(words, { error: `must be ${words.join(' or ')}` }));

const SEARCH = z.object({
  q: NAME.max(500, 'must have at most 500 characters'),
  filter: word('DATASET', 'JOB').optional(),
  sort: word('NAME', 'UPDATE_AT', 'UPDATED_AT').default('NAME'),
  limit: limit(10),
  namespace: NAME.optional(),
  after: DAY,
  before: DAY,
});

const SPACES = { DATASET: 'data', JOB: 'job' } as const;

/** Source: Marquez's `SearchResult`. */
interface SearchResultShape {
  readonly type: 'DATASET' | 'JOB';
  readonly name: string;
  readonly updatedAt: Date;
  readonly namespace: string;
  readonly nodeId: string;
}

/** Marquez's `GET /search`: names that have a text in them, `%` and `_` standing for any characters. */
@MarquezController()
export class MarquezSearchController {
  constructor(private readonly names: NameService) {}

  @Get('search')
  async search(
    @Caller() caller: Principal,
    @Query() query: unknown,
  ): Promise<{ totalCount: number; results: SearchResultShape[] }> {
    const { q, filter, sort, ...bounds } = validate(SEARCH, query);
    const found = await this.names.search(caller, {
      ...{ pattern: q, space: filter && SPACES[filter], isByTime: sort !== 'NAME' },
      ...{ namespace: bounds.namespace, after: bounds.after, before: bounds.before, limit: bounds.limit },
    });
    return { totalCount: found.length, results: found.map(resultShape) };
  }
}

function resultShape(asset: Asset): SearchResultShape {
  const isData = asset.space === 'data';
  return {
    type: isData ? 'DATASET' : 'JOB',
    name: asset.identityName,
    updatedAt: asset.updatedAt,
    namespace: asset.identityNamespace,
    nodeId: nodeIdOf(isData ? 'dataset' : 'job', asset),
  };
}
