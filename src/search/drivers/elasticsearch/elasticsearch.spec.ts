import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { InvalidConfigurationError, loadConfig } from '../../../platform/index.js';
import { Elasticsearch } from './elasticsearch.js';

describe('ELASTICSEARCH_URL', () => {
  const made = (url: string) =>
    Elasticsearch.open(loadConfig({ ELASTICSEARCH_URL: url }), pino({ level: 'silent' }));

  it('whose password is not percent-encoded is refused by name, without the password', async () => {
    await expect(made('http://u:p%zz@host:9200')).rejects.toThrow(InvalidConfigurationError);
    await expect(made('http://u:p%zz@host:9200')).rejects.toThrow(/ELASTICSEARCH_URL: .*percent-encoded/);
    await expect(made('http://u:p%zz@host:9200')).rejects.not.toThrow(/zz/);
  });

  it('may hold any password, encoded', async () => {
    await (await made('http://u:p%25zz%40@host:9200')).onApplicationShutdown();
  });
});
