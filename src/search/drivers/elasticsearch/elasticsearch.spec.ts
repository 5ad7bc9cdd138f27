import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { InvalidConfigurationError, loadConfig } from '../../../platform/index.js';
import { Elasticsearch } from './elasticsearch.js';

describe('ELASTICSEARCH_URL', () => {
  const made = (url: string) =>
    new Elasticsearch(loadConfig({ ELASTICSEARCH_URL: url }), pino({ level: 'silent' }));

  it('whose password is not percent-encoded is refused by name, without the password', () => {
    expect(() => made('http://u:p%zz@host:9200')).toThrow(InvalidConfigurationError);
    expect(() => made('http://u:p%zz@host:9200')).toThrow(/ELASTICSEARCH_URL: .*percent-encoded/);
    expect(() => made('http://u:p%zz@host:9200')).not.toThrow(/zz/);
  });

  it('may hold any password, encoded', async () => {
    await made('http://u:p%25zz%40@host:9200').onApplicationShutdown();
  });
});
