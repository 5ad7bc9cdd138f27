import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type OpenDatabase, openTestDatabase } from '../../../test/support/platform.js';
import { AttemptRepository } from './attempt.repository.js';

let open: OpenDatabase;
beforeAll(async () => {
  open = await openTestDatabase();
});
afterAll(() => open.close());

it('what was found is kept, also where it quotes half of a character', async () => {
  const attempts = new AttemptRepository(open.database);
  const finding = {
    ...{ file: 'a\0.csv', line: 1, severity: 'error' as const, check: 'condition' },
    message: 'does not understand "\ud83d"',
  };
  await attempts.append({
    ...{ source: 'apply', kind: 'apply', sourceRef: null, digest: 'd', version: null, outcome: 'refused' },
    ...{ refusal: 'bundle', message: 'no', findings: [finding], attemptedBy: 'user:ana' },
  });
  expect((await attempts.last({}))?.findings).toEqual([
    { ...finding, file: 'a\ufffd.csv', message: 'does not understand "\ufffd"' },
  ]);
});
