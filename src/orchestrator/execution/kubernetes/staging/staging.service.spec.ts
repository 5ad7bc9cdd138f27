import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type OpenDatabase, openTestDatabase } from '../../../../../test/support/platform.js';
import { type Config, InvalidInputError } from '../../../../platform/index.js';
import { type ObjectStore, sha256Of } from '../../../../storage/index.js';
import { ExecutionRepository } from '../execution.repository.js';
import { StagingService } from './staging.service.js';

let open: OpenDatabase;
beforeAll(async () => {
  open = await openTestDatabase();
});
afterAll(() => open.close());

it('as many outputs are taken as there may be, and each of them again', async () => {
  const stored = { sha256: sha256Of(Buffer.from('x')), sizeBytes: 1 };
  const objects = { put: async () => stored } as unknown as ObjectStore;
  const config = { CAIRN_MAX_OBJECT_BYTES: 10 } as Config;
  const staging = new StagingService(open.database, new ExecutionRepository(open.database), objects, config);
  const ticket = { id: randomUUID(), secret: 's', podUid: randomUUID() };
  const token = createHash('sha256').update(ticket.secret).digest('hex');
  await open.database.query(
    "INSERT INTO kubernetes_execution (id, job_uid, tokens) VALUES ($1, 'job', ARRAY[$2])",
    [ticket.id, token],
  );
  await open.database.query(
    `INSERT INTO kubernetes_execution_output (execution_id, path, sha256, size_bytes)
     SELECT $1, 'f' || n, 'x', 1 FROM generate_series(1, 10000) AS n`,
    [ticket.id],
  );
  const take = (path: string) => staging.takeOutput(ticket, path, Buffer.from('x'));
  await take('last');
  await take('last');
  await take('f1');
  await expect(take('beyond')).rejects.toThrow(InvalidInputError);
});
