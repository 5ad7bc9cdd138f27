import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';

import { diffParquet } from './diff-parquet.js';

const SHOP = path.join(import.meta.dirname, '../../../../test/fixtures/shop/parquet');
let folder: string;
let duck: DuckDBConnection;
const at = (name: string): string => path.join(folder, name);
const files = () => ({ before: at('before'), after: at('after') });

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'cairn-parquet-'));
  duck = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
});
afterAll(() => {
  duck.closeSync();
  rmSync(folder, { recursive: true, force: true });
});
const write = (name: string, select: string) =>
  duck.run(`COPY (${select}) TO '${at(name)}' (FORMAT parquet)`);

describe('comparing rows of Parquet', () => {
  it('by key: counts, and samples with what differs', async () => {
    await write(
      'before',
      "SELECT * FROM (VALUES (1, 'x', [1]), (2, 'x', [1]), (3, NULL, [1])) AS v (id, a, l)",
    );
    await write(
      'after',
      "SELECT * FROM (VALUES (3, NULL, [1], 0), (1, 'x', [1, 2], 0), (4, 'n', NULL, 0)) AS v (id, a, l, c)",
    );
    expect(await diffParquet(files(), ['id'])).toEqual({
      kind: 'compared',
      diff: {
        ...{ key: ['id'], added: 1, removed: 1, changed: 1 },
        samples: [
          { kind: 'changed', columns: ['l'], before: { id: '1', l: '[1]' }, after: { id: '1', l: '[1, 2]' } },
          { kind: 'removed', columns: [], before: { id: '2', a: 'x', l: '[1]' } },
          { kind: 'added', columns: [], after: { id: '4', a: 'n' } },
        ],
      },
    });
  });

  it('without a key, and with one that does not tell rows apart: as wholes', async () => {
    await write('before', "SELECT * FROM (VALUES (1, 'x'), (1, 'x'), (2, 'y')) AS v (id, a)");
    await write('after', "SELECT * FROM (VALUES (1::BIGINT, 'x'), (3, 'z')) AS v (id, a)");
    const diff = { added: 1, removed: 2, changed: 0 };
    expect(await diffParquet(files(), undefined)).toMatchObject({ diff });
    expect(await diffParquet(files(), ['id'])).toMatchObject({
      diff: { ...diff, keyProblem: 'before has one key twice, in rows 1 and 2' },
    });
  });

  it('the features of the shop, of which the key changed its type', async () => {
    const versions = {
      before: path.join(SHOP, 'customer_features_v1.parquet'),
      after: path.join(SHOP, 'customer_features_v2.parquet'),
    };
    const found = await diffParquet(versions, ['customer_id']);
    expect(found).toMatchObject({ diff: { added: 0, removed: 3, changed: 6 } });
  });

  it('a file cut in half says so', async () => {
    await write('before', 'SELECT i FROM range(1000) AS r (i)');
    await write('after', 'SELECT i FROM range(1000) AS r (i)');
    truncateSync(at('after'), 900);
    expect(await diffParquet(files(), undefined)).toMatchObject({
      kind: 'unfit',
      reason: expect.stringContaining('after has no readable footer'),
    });
  });
});
