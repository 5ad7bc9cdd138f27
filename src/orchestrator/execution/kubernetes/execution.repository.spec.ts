import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type OpenDatabase, openTestDatabase } from '../../../../test/support/platform.js';
import { ExecutionRepository } from './execution.repository.js';

let open: OpenDatabase;
beforeAll(async () => {
  open = await openTestDatabase();
});
afterAll(() => open.close());

it('an execution ends whatever its command said at last', async () => {
  const executions = new ExecutionRepository(open.database);
  const id = randomUUID();
  await executions.prepare(id, [], []);
  await executions.end(id, { kind: 'exited', exit: { cause: 'exit', exitCode: 1, message: 'a\0b\ud83d' } });
  expect((await executions.find(id))?.ending).toMatchObject({ exit: { message: 'a\ufffdb\ufffd' } });
});
