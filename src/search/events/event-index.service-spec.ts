import { randomUUID } from 'node:crypto';
import { Client } from '@elastic/elasticsearch';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { serviceEnvironment } from '../../../test/support/services.js';
import type { FedEvent } from '../../lineage/index.js';
import { EventIndex } from './event-index.js';

const client = new Client({ node: serviceEnvironment('elasticsearch')['ELASTICSEARCH_URL']! });
interface Found {
  readonly event: { readonly start?: string; readonly end?: string };
}
let prefix: string;
let index: EventIndex;
beforeEach(() => {
  prefix = `test-${randomUUID()}`;
  index = new EventIndex(client, prefix);
});
afterEach(() => client.indices.delete({ index: `${prefix}-*` }));

const event = (id: string, eventTime: string, eventType = 'START'): FedEvent => ({
  ...{ seq: '1', id, kind: 'run', principal: 'user:x', receivedAt: new Date(0) },
  eventTime: new Date(eventTime),
  body: { eventType, run: { runId: randomUUID() }, job: { namespace: 'n', name: 'j' } } as never,
});

describe('index of events', () => {
  it('takes all but those that it never takes, and names these', async () => {
    await index.ensure();
    const setAside = await index.write([
      event('good', '2026-11-25T10:00:00Z'),
      event('far', '+012026-11-25T10:00:00Z'),
      event('end', '2026-11-25T10:01:00Z', 'COMPLETE'),
    ]);
    expect(setAside.map(({ id, reason }) => [id, reason])).toEqual([
      ['far', '400 document_parsing_exception'],
    ]);
    await client.indices.refresh({ index: `${prefix}-events` });
    const { hits } = await client.search<Found>({ index: `${prefix}-events`, sort: '@timestamp' });
    expect(hits.hits.map(({ _id, _source }) => [_id, _source!.event.start, _source!.event.end])).toEqual([
      ['good', '2026-11-25T10:00:00.000Z', undefined],
      ['end', undefined, '2026-11-25T10:01:00.000Z'],
    ]);
  });

  it('is not made by a write when it went away', async () => {
    await index.ensure();
    await client.indices.delete({ index: `${prefix}-events-1` });
    await expect(index.write([event('late', '2026-11-25T10:00:00Z')])).rejects.toThrow(/404/);
    expect(await index.ensure()).toBe(true);
  });

  it('of an earlier version is given the fields that it lacks', async () => {
    await client.indices.create({
      ...{ index: `${prefix}-events-1`, mappings: { dynamic: 'strict', properties: {} } },
      aliases: { [`${prefix}-events`]: { is_write_index: true } },
    });
    expect(await index.ensure()).toBe(false);
    expect(await index.write([event('one', '2026-11-25T10:00:00Z')])).toEqual([]);
  });
});
