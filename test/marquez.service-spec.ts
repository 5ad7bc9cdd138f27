import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { serviceEnvironment } from './support/services.js';

const python = serviceEnvironment('marquez-client')['MARQUEZ_PYTHON']!;
const script = path.join(import.meta.dirname, 'fixtures/marquez/reads.py');
const DB = 'postgres://db:5432';

let cairn: TestCairn;
beforeAll(async () => {
  cairn = await startTestCairn();
});
afterAll(() => cairn.stop());

test('an unmodified marquez-python reads what an unmodified openlineage-python has sent', async () => {
  const { stdout } = await promisify(execFile)(python, [script], {
    env: {
      ...{ PATH: process.env['PATH'], CAIRN_URL: cairn.url, CAIRN_TOKEN: cairn.adminToken },
      ...{ OPENLINEAGE_URL: cairn.url, OPENLINEAGE_API_KEY: cairn.adminToken },
    },
  }).catch((error: { stderr?: string }) => {
    throw new Error(error.stderr ?? String(error));
  });
  const answer = JSON.parse(stdout.trim().split('\n').at(-1)!);
  const column = (dataset: string) => `datasetField:${DB}:${dataset}:email`;
  expect(answer).toEqual({
    run: expect.any(String),
    ...{ namespaces: ['etl', DB], namespace: DB, sources: [DB], source: 'POSTGRES' },
    ...{ datasets: ['shop.clean', 'shop.orders'], page: ['shop.orders'], fields: ['id', 'email'] },
    versions: [answer.run],
    ...{ jobs: ['clean'], job: 'COMPLETED', sql: 'INSERT INTO clean SELECT email FROM orders' },
    ...{ runs: [answer.run], took: 3000 },
    columns: [column('shop.clean'), column('shop.orders')],
    ...{ by_field: true, by_job: true, at_version: true },
    ...{ tagged: ['pii.email'], tag: 'pii.phone', tags: ['pii.email'] },
    refused: {
      unknown: [404, `Dataset "${DB} shop.nothing" does not exist, or you may not see it.`],
      written: [405, expect.stringContaining('Send events to POST /api/v1/lineage')],
      field: [405, expect.any(String)],
    },
    without: 401,
  });
});
