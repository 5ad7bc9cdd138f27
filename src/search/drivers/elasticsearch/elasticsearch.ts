import type { OnApplicationShutdown } from '@nestjs/common';
import type { Client, ClientOptions } from '@elastic/elasticsearch';
import { type Config, InvalidConfigurationError, type Logger } from '../../../platform/index.js';
import { searchSetAside } from '../../metrics.js';
import { ElasticsearchSearchIndex } from './elasticsearch-search-index.js';

const REQUEST_TIMEOUT_MS = 30_000;

/** The Elasticsearch that ELASTICSEARCH_URL names, if any. Nothing is asked of it at the start: it may be away. */
export class Elasticsearch implements OnApplicationShutdown {
  private constructor(
    readonly client: Client | undefined,
    readonly index: ElasticsearchSearchIndex | undefined,
  ) {}

  /** @throws {InvalidConfigurationError} its address or credentials cannot be */
  static async open(config: Config, log: Logger): Promise<Elasticsearch> {
    if (config.ELASTICSEARCH_URL === undefined) return new Elasticsearch(undefined, undefined);
    // It is a large client, and most have no Elasticsearch.
    const { Client } = await import('@elastic/elasticsearch');
    const client = new Client(optionsOf(config, config.ELASTICSEARCH_URL));
    const index = new ElasticsearchSearchIndex(client, config.ELASTICSEARCH_INDEX_PREFIX, (setAside) => {
      searchSetAside.inc({ what: 'asset' }, setAside.length);
      for (const { id, reason } of setAside)
        log.warn(
          { assetId: id, reason },
          'search: Elasticsearch does not take an asset; only PostgreSQL finds it',
        );
    });
    return new Elasticsearch(client, index);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.client?.close();
  }
}

function optionsOf({ ELASTICSEARCH_API_KEY: apiKey }: Config, address: string): ClientOptions {
  const url = new URL(address);
  const { username, password } = url;
  if (apiKey !== undefined && username !== '')
    throw new InvalidConfigurationError(['ELASTICSEARCH_API_KEY: ELASTICSEARCH_URL holds a user already']);
  // Out of the address, which the client's errors tell.
  url.username = '';
  url.password = '';
  const basic = { username: decoded(username), password: decoded(password) };
  return {
    node: url.href,
    auth: apiKey !== undefined ? { apiKey } : username === '' ? undefined : basic,
    requestTimeout: REQUEST_TIMEOUT_MS,
    maxRetries: 1,
    redaction: { type: 'remove' },
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new InvalidConfigurationError([
      'ELASTICSEARCH_URL: user and password must be percent-encoded; a "%" itself is %25',
    ]);
  }
}
