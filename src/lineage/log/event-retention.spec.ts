import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type OpenDatabase, openTestDatabase } from '../../../test/support/platform.js';
import type { Config, Housekeeping } from '../../platform/index.js';
import { EventFeed } from './event-feed.js';
import { EventLogRepository } from './event-log.repository.js';
import { EventPartitionsRepository } from './event-partitions.repository.js';
import { EventRetention } from './event-retention.js';

const NOW = new Date('2026-11-25T12:00:00Z');
const JOB = '00000000-0000-4000-8000-000000000001';

let open: OpenDatabase | undefined;
let feed: EventFeed;
let log: EventLogRepository;
beforeEach(async () => {
  await open?.close();
  open = await openTestDatabase();
  feed = new EventFeed(open.database);
  log = new EventLogRepository(open.database);
});
afterAll(() => open?.close());

function retention(days?: number): EventRetention {
  const housekeeping = { add: () => undefined } as unknown as Housekeeping;
  const config = { LINEAGE_EVENT_RETENTION_DAYS: days } as Config;
  return new EventRetention(new EventPartitionsRepository(open!.database), feed, config, housekeeping);
}

/** Stores events of these instants, named by them. @returns those that were new */
async function append(...times: string[]): Promise<string[]> {
  const events = times.map((eventTime) => ({
    ...{ id: eventTime, kind: 'job' as const, eventTime, body: { eventTime } as never, bodyJson: '{}' },
    ...{ principal: 'user:x', subjectId: JOB, assetIds: [JOB], runId: null },
    ...{ warnings: [], withheld: [], projectionError: null },
  }));
  return [...(await log.append(events))].sort();
}

/** As if what is in the log had come at the instants that it tells of, or when `came` says. */
async function came(at = 'event_time'): Promise<void> {
  await open!.database.query(`UPDATE lineage_event SET received_at = ${at}`);
}

async function kept(): Promise<string[]> {
  const rows = await open!.database.query<{ id: string }>('SELECT id FROM lineage_event ORDER BY event_time');
  return rows.map(({ id }) => id);
}

async function places(): Promise<Record<string, string>> {
  const rows = await open!.database.query<{ id: string; table: string }>(
    'SELECT id, tableoid::regclass::text AS "table" FROM lineage_event',
  );
  return Object.fromEntries(rows.map(({ id, table }) => [id, table]));
}

async function forgottenBefore(): Promise<Date | null> {
  const [row] = await open!.database.query<{ at: Date | null }>(
    'SELECT forgotten_before AS at FROM lineage_graph',
  );
  return row!.at;
}

describe('the log in months', () => {
  it('has this month and the next two, and one place for all other times', async () => {
    await retention().tidy(NOW);
    await append('2026-11-01T00:00:00Z', '2026-12-31T23:59:59Z', '2027-01-01T00:00:00Z');
    await append('1970-01-01T00:00:00Z', '2100-01-01T00:00:00Z', '2026-10-31T23:59:59.999999Z');
    expect(await places()).toEqual({
      '2026-11-01T00:00:00Z': 'lineage_event_2026_11',
      '2026-12-31T23:59:59Z': 'lineage_event_2026_12',
      '2027-01-01T00:00:00Z': 'lineage_event_2027_01',
      '1970-01-01T00:00:00Z': 'lineage_event_other',
      '2100-01-01T00:00:00Z': 'lineage_event_other',
      '2026-10-31T23:59:59.999999Z': 'lineage_event_other',
    });
  });

  it('keeps the months of a log that had none where they are', async () => {
    await append('2026-11-20T00:00:00Z');
    await retention().tidy(NOW);
    await append('2026-11-21T00:00:00Z', '2026-12-01T00:00:00Z');
    expect(await places()).toEqual({
      '2026-11-20T00:00:00Z': 'lineage_event_other',
      '2026-11-21T00:00:00Z': 'lineage_event_other',
      '2026-12-01T00:00:00Z': 'lineage_event_2026_12',
    });
  });

  it('takes the same event once, wherever it lies', async () => {
    await append('2026-11-20T00:00:00Z', '2026-12-01T00:00:00Z');
    await retention().tidy(NOW);
    expect(await append('2026-11-20T00:00:00Z', '2026-12-01T00:00:00Z', '2026-12-02T00:00:00Z')).toEqual([
      '2026-12-02T00:00:00Z',
    ]);
  });
});

describe('retention', () => {
  it('keeps everything unless told otherwise', async () => {
    await append('1970-01-01T00:00:00Z');
    await came();
    expect(await retention().tidy(NOW)).toBe(false);
    expect(await kept()).toHaveLength(1);
    expect(await forgottenBefore()).toBeNull();
  });

  it('ends months that are over, as a whole, and what has no month one by one', async () => {
    await retention().tidy(new Date('2026-08-10T00:00:00Z'));
    await append(
      '2026-08-01T00:00:00Z',
      '2026-08-31T23:00:00Z',
      '2026-09-01T00:00:00Z',
      '2026-10-20T00:00:00Z',
    );
    await append('1970-01-01T00:00:00Z', '2100-01-01T00:00:00Z');
    await came();
    expect(await retention(60).tidy(NOW)).toBe(false); // to 2026-09-26
    expect(await kept()).toEqual(['2026-09-01T00:00:00Z', '2026-10-20T00:00:00Z', '2100-01-01T00:00:00Z']);
    expect(await forgottenBefore()).toEqual(new Date('2026-09-26T12:00:00Z'));
  });

  it('keeps what came lately, however long ago it happened', async () => {
    await retention().tidy(new Date('2026-08-10T00:00:00Z'));
    await append('2026-08-01T00:00:00Z', '1970-01-01T00:00:00Z');
    await came("'2026-11-24T00:00:00Z'");
    await retention(60).tidy(NOW);
    expect(await kept()).toHaveLength(2);
  });

  it('waits for those who follow the log', async () => {
    await retention().tidy(new Date('2026-08-10T00:00:00Z'));
    await append('2026-08-01T00:00:00Z');
    await append('1970-01-01T00:00:00Z');
    await came();
    let position: string | undefined = '0';
    feed.follow(() => Promise.resolve(position));
    await retention(60).tidy(NOW);
    expect(await kept()).toHaveLength(2);
    position = await feed.watermark();
    await retention(60).tidy(NOW);
    expect(await kept()).toEqual([]);
  });

  it('is done by any number of processes at once, while events come', async () => {
    await retention().tidy(new Date('2026-08-10T00:00:00Z'));
    await append('2026-08-01T00:00:00Z', '2026-09-01T00:00:00Z');
    await came();
    const coming = Array.from({ length: 20 }, (_, i) => append(`2026-11-25T00:00:${10 + i}Z`));
    await Promise.all([...coming, ...[1, 2, 3].map(() => retention(30).tidy(NOW))]);
    expect(await kept()).toHaveLength(20);
  });
});
