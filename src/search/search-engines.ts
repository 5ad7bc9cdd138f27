import { Inject, Injectable } from '@nestjs/common';
import { circuitBreaker, ConsecutiveBreaker, handleAll, isBrokenCircuitError } from 'cockatiel';
import { DomainError, HealthChecks, LOGGER, type Logger } from '../platform/index.js';
import { Elasticsearch } from './drivers/elasticsearch/elasticsearch.js';
import { isAboutIndices } from './drivers/elasticsearch/elasticsearch-search-index.js';
import { PostgresSearchIndex } from './drivers/postgres/postgres-search-index.js';
import { searches } from './metrics.js';
import type { SearchRequest, SearchResult } from './search-index.js';
import { IndexFollower } from './indexing/index-follower.js';

/** What answers searches. */
export const ENGINES = ['elasticsearch', 'postgres'] as const;
export type Engine = (typeof ENGINES)[number];

/** A result, and who gave it. */
export interface EngineResult extends SearchResult {
  readonly engine: Engine;
  /** Elasticsearch is to answer, and could not. */
  readonly isFallback: boolean;
}

/** Scores of one engine say nothing to another. */
export class SearchPageLostError extends DomainError {
  readonly kind = 'unavailable';
  constructor(readonly engine: Engine) {
    super(
      `The pages before were found by ${engine}, which cannot answer now. Search again without "after".`,
      {
        engine,
      },
    );
  }
}

/** Failures in a row after which Elasticsearch is left in peace, and for how long. */
const BREAK_AFTER = 3;
const BREAK_MS = 5_000;

/** Elasticsearch where there is one and it can answer, PostgreSQL else: its index is always kept. */
@Injectable()
export class SearchEngines {
  private readonly breaker = circuitBreaker(handleAll, {
    halfOpenAfter: BREAK_MS,
    breaker: new ConsecutiveBreaker(BREAK_AFTER),
  });

  constructor(
    private readonly postgres: PostgresSearchIndex,
    private readonly elasticsearch: Elasticsearch,
    private readonly follower: IndexFollower,
    @Inject(LOGGER) private readonly log: Logger,
    health: HealthChecks,
  ) {
    health.register('search', () => this.health());
  }

  /**
   * @param begunOn what gave the pages before
   * @throws {SearchPageLostError}
   */
  async search(request: SearchRequest, begunOn?: Engine): Promise<EngineResult> {
    const isWanted = this.elasticsearch.index !== undefined;
    if (isWanted && begunOn !== 'postgres') {
      const found = await this.byElasticsearch(request);
      if (found !== undefined) return found;
    }
    if (begunOn === 'elasticsearch') throw new SearchPageLostError(begunOn);
    const result = await this.postgres.search(request);
    searches.inc({ engine: 'postgres', fallback: String(isWanted) });
    return { ...result, engine: 'postgres', isFallback: isWanted };
  }

  private async byElasticsearch(request: SearchRequest): Promise<EngineResult | undefined> {
    if (!this.follower.canAnswer) return undefined;
    try {
      const result = await this.breaker.execute(() => this.elasticsearch.index!.search(request));
      searches.inc({ engine: 'elasticsearch', fallback: 'false' });
      return { ...result, engine: 'elasticsearch', isFallback: false };
    } catch (error) {
      if (!isBrokenCircuitError(error)) this.log.warn({ err: error }, 'search: PostgreSQL answers instead');
      if (isAboutIndices(error)) this.follower.doubt();
      return undefined;
    }
  }

  /** PostgreSQL can answer whatever Elasticsearch does. */
  private async health() {
    const { client } = this.elasticsearch;
    if (client === undefined) return { isReady: true, report: { engine: 'postgres' } };
    const { trouble, ...state } = this.follower.state;
    const version = await client
      .info({}, { requestTimeout: 1_000, maxRetries: 0 })
      .then((info) => info.version.number)
      .catch(() => undefined);
    const isReachable = version !== undefined;
    return {
      isReady: true,
      isDegraded: !isReachable || trouble !== undefined || !this.follower.canAnswer,
      report: { engine: 'elasticsearch', isReachable, version, ...state, lastError: trouble },
    };
  }
}
