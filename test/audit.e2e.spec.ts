import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Keys } from '../cli/audit/verifier/keys.js';
import { type Verdict, Verifier } from '../cli/audit/verifier/verifier.js';
import { Database } from '../src/platform/index.js';
import { AuditLog, RootMaker } from '../src/policy/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';

let cairn: TestCairn;

beforeAll(async () => {
  cairn = await startTestCairn();
});

afterAll(() => cairn?.stop());

const sql = <Row>(text: string, parameters: readonly unknown[] = []): Promise<Row[]> =>
  cairn.app.get(Database).query<Row>(text, parameters);

async function evidence(): Promise<string[]> {
  const answer = await cairn.http('/api/v1/audit/evidence');
  expect(answer.status).toBe(200);
  return (await answer.text()).trimEnd().split('\n');
}

function verdictOf(lines: readonly string[]): Verdict {
  const keys = new Keys();
  keys.add((JSON.parse(lines[0]!) as { publicKey: string }).publicKey);
  const verifier = new Verifier(keys);
  for (const line of lines) verifier.take(line);
  return verifier.finish();
}

describe('the audit log', () => {
  test('what is asked and what is changed is in it, chained and covered by signed roots', async () => {
    await cairn.tokenFor('user:ana');
    await cairn.app.get(AuditLog).settled();
    await cairn.app.get(RootMaker).make();
    await cairn.ask('{ me { subject } }').catch(() => undefined);
    const verdict = verdictOf(await evidence());
    expect(verdict.problems).toEqual([]);
    expect(verdict).toMatchObject({ isGenuine: true, roots: 1 });
    const actions = await sql<{ action: string }>(`SELECT action FROM audit_record WHERE kind = 'change'`);
    expect(actions.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['principal.created', 'token.issued']),
    );
  });

  test('an edit of a body is found, though every hash after it was computed anew', async () => {
    const [row] = await sql<{ seq: string }>(
      `UPDATE audit_record SET body = replace(body, 'principal.created', 'principal.forgiven')
       WHERE body LIKE '%principal.created%' RETURNING seq`,
    );
    const verdict = verdictOf(await evidence());
    expect(verdict.isGenuine).toBe(false);
    expect(verdict.problems[0]!.at).toMatch(new RegExp(`:${row!.seq}$`));
  });
});
