import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jobEvent } from '@cairn/openlineage-client';
import { LineageEmission } from '../src/orchestrator/emission/index.js';
import { Database } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';

let cairn: TestCairn;

beforeAll(async () => {
  cairn = await startTestCairn();
}, 60_000);
afterAll(() => cairn.stop());

async function eventually<T>(ask: () => Promise<T>, isDone: (answer: T) => boolean): Promise<T> {
  for (let i = 0; ; i++) {
    const answer = await ask();
    if (isDone(answer) || i === 300) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('what the orchestrator tells of itself', () => {
  const event = (name: string) => jobEvent({ producer: 'urn:cairn:test', job: { namespace: 'cairn', name } });
  const seen = (name: string) =>
    eventually(
      () =>
        cairn.graphql(
          `{ assetByName(kind: job, identityNamespace: "cairn", identityName: "${name}") { id } }`,
        ),
      (answer) => answer.errors === undefined,
    );

  test('an event of a committed transaction comes in by the ordinary door, one of a rolled back one does not', async () => {
    const database = cairn.app.get(Database);
    const emission = cairn.app.get(LineageEmission);
    await expect(
      database.run(async () => {
        await emission.append(event('train/never'));
        throw new RangeError('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    await database.run(() => emission.append(event('train/told')));
    expect((await seen('train/told')).errors).toBeUndefined();
    const rows = await database.query<{ principal: string; n: string }>(
      'SELECT principal, count(*) AS n FROM lineage_event GROUP BY 1',
    );
    expect(rows).toEqual([{ principal: 'service:cairn', n: '1' }]);
  });
});
