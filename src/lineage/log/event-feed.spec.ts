import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type OpenDatabase, openTestDatabase } from '../../../test/support/platform.js';
import { EventFeed } from './event-feed.js';
import { PROJECTION_LOCK } from './event-log.repository.js';

let open: OpenDatabase;
let feed: EventFeed;
beforeAll(async () => {
  open = await openTestDatabase();
  feed = new EventFeed(open.database);
  await open.database.query(
    `INSERT INTO lineage_event (id, kind, event_time, principal, subject_id, asset_ids, body, warnings, withheld)
     SELECT 'e' || n, 'job', now(), 'user:x', gen_random_uuid(), '{}', jsonb_build_object('text', repeat('x', n * 1000)), '[]', '{}'
     FROM generate_series(1, 5) AS n ORDER BY n`,
  );
});
afterAll(() => open.close());

const read = async (after: string, limit: number, maxBytes: number) =>
  (await feed.read(after, await feed.watermark(), limit, maxBytes)).map(({ id }) => id);

describe('event feed', () => {
  it('gives as many as fit, and one that does not fit by itself', async () => {
    expect(await read('0', 100, 1_000_000)).toEqual(['e1', 'e2', 'e3', 'e4', 'e5']);
    expect(await read('0', 2, 1_000_000)).toEqual(['e1', 'e2']);
    expect(await read('0', 100, 3_500)).toEqual(['e1', 'e2']);
    expect(await read('2', 100, 10)).toEqual(['e3']);
  });

  it('tells whether there is more, also while somebody appends', async () => {
    const end = await feed.watermark();
    const other = await openTransaction();
    expect(await feed.hasBeyond(end)).toBe(false);
    expect(await feed.hasBeyond(String(BigInt(end) - 1n))).toBe(true);
    await other.end();
  });
});

/** Holds what those who append hold. */
async function openTransaction(): Promise<{ end: () => Promise<void> }> {
  let end: () => void = () => undefined;
  let begun: () => void = () => undefined;
  const isBegun = new Promise<void>((resolve) => (begun = resolve));
  const isEnded = new Promise<void>((resolve) => (end = resolve));
  const transaction = open.database.run(async () => {
    await open.database.query('SELECT pg_advisory_xact_lock_shared($1)', [PROJECTION_LOCK]);
    begun();
    await isEnded;
  });
  await isBegun;
  return {
    end: () => {
      end();
      return transaction;
    },
  };
}
