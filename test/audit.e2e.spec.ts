import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { run } from '../cli/run.js';
import { Keys } from '../cli/audit/verifier/keys.js';
import { type Verdict, Verifier } from '../cli/audit/verifier/verifier.js';
import { Database, type DedicatedConnection } from '../src/platform/index.js';
import { AuditLog, AuditRetention, RootMaker } from '../src/policy/index.js';
import { SegmentWriter } from '../src/policy/audit/chain/segment-writer.js';
import { SigningKey } from '../src/policy/audit/roots/signing-key.js';
import { Installation } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { eventually } from './support/eventually.js';

let cairn: TestCairn;

beforeAll(async () => {
  cairn = await startTestCairn({ CAIRN_AUDIT_RETENTION_DAYS: '40' });
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

async function cli(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const code = await run(argv, {
    stdout: { write: (text) => (out += String(text)) },
    stderr: { write: (text) => (err += String(text)) },
    env: { CAIRN_URL: cairn.url, CAIRN_TOKEN: cairn.adminToken },
    cwd: cairn.dataDir,
  });
  return { code, out, err };
}

const CREATE = 'mutation($i: CreatePrincipalInput!) { createPrincipal(input: $i) { id } }';

describe('the audit log', () => {
  test('what is asked and what is changed is in it, chained and covered by signed roots', async () => {
    await cairn.tokenFor('user:ana');
    await cairn.app.get(AuditLog).settled();
    // Several at once, as replicas would whose lease ran out.
    await Promise.all(Array.from({ length: 4 }, () => cairn.app.get(RootMaker).make()));
    const verdict = verdictOf(await evidence());
    expect(verdict).toMatchObject({ isGenuine: true, problems: [] });
    // One may have been made by the schedule, as the service began.
    expect(verdict.roots).toBeGreaterThan(0);
    const actions = await sql<{ action: string }>(`SELECT action FROM audit_record WHERE kind = 'change'`);
    expect(actions.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['principal.created', 'token.issued']),
    );
  });

  test('no secret is in it', async () => {
    const token = await cairn.tokenFor('user:bea');
    const made = await cairn.ask(
      'mutation($i: CreateAccessKeyInput!) { createAccessKey(input: $i) { secret } }',
      { i: { label: 'l' } },
      token,
    );
    const [row] = await sql<{ count: number }>(
      `SELECT count(*)::int AS count FROM (SELECT body FROM audit_record UNION ALL SELECT body FROM audit_change) AS said
       WHERE position($1 in body) > 0 OR position($2 in body) > 0`,
      [token, made.createAccessKey.secret],
    );
    expect(row!.count).toBe(0);
  });

  test('a change that is rolled back leaves no record', async () => {
    const audit = cairn.app.get(AuditLog);
    const work = cairn.app.get(Database).run(async () => {
      await audit.change('user:ana', { action: 'test.undone', on: 'test', name: 'x' });
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    await audit.settled();
    expect(await sql(`SELECT 1 FROM audit_change WHERE body LIKE '%test.undone%'`)).toEqual([]);
    await expect(audit.change('user:ana', { action: 'a.b', on: 'test', name: 'x' })).rejects.toThrow(
      TypeError,
    );
  });

  test('a write is refused while its decision cannot be recorded, and nothing is lost', async () => {
    await sql('ALTER TABLE audit_record ADD CONSTRAINT refuses CHECK (false) NOT VALID');
    const refused = await cairn.graphql(CREATE, { i: { kind: 'user', name: 'eve' } });
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'UNAVAILABLE', error: 'AuditUnavailable' });
    expect(await sql(`SELECT 1 FROM principal WHERE name = 'eve'`)).toEqual([]);
    await sql('ALTER TABLE audit_record DROP CONSTRAINT refuses');
    await cairn.ask(CREATE, { i: { kind: 'user', name: 'eve' } });
    const [row] = await sql<{ count: number }>(
      `SELECT count(*)::int AS count FROM audit_record WHERE kind = 'decision' AND object = 'system/principals'`,
    );
    expect(row!.count).toBeGreaterThan(1);
    expect(verdictOf(await evidence()).problems).toEqual([]);
  });

  test('a connection that is lost costs no record and doubles none', async () => {
    const audit = cairn.app.get(AuditLog);
    for (let i = 0; i < 20; i++) {
      audit.append({
        kind: 'list',
        at: Date.now(),
        said: { input: { subject: `user:lost-${i}` }, allowed: true },
      });
      if (i % 5 === 0)
        await sql(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cairn audit' AND datname = current_database()`,
        );
      await audit.settled().catch(() => undefined);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    await audit.settled();
    const rows = await sql<{ subject: string }>(
      `SELECT subject FROM audit_record WHERE subject LIKE 'user:lost-%'`,
    );
    expect(rows.map(({ subject }) => subject).sort()).toEqual(
      Array.from({ length: 20 }, (_, i) => `user:lost-${i}`).sort(),
    );
    expect(verdictOf(await evidence()).problems).toEqual([]);
  });

  test('only who administers it may read it', async () => {
    const token = await cairn.tokenFor('user:ana');
    expect((await cairn.http('/api/v1/audit/evidence', { token })).status).toBe(403);
    expect((await cairn.http('/api/v1/audit/export', { token })).status).toBe(403);
    const listed = await cairn.graphql('{ auditRecords(first: 1) { nodes { id } } }', {}, token);
    expect(listed.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
  });

  test('events of OCSF have what their classes require', async () => {
    const answer = await cairn.http('/api/v1/audit/export?format=ocsf');
    const events = (await answer.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, any>);
    const required: Record<number, string[]> = {
      6003: ['actor', 'api', 'src_endpoint'],
      3004: ['entity'],
      6002: ['app'],
    };
    const shared = [
      'activity_id',
      'category_uid',
      'class_uid',
      'metadata',
      'severity_id',
      'time',
      'type_uid',
    ];
    expect(new Set(events.map((event) => event['class_uid']))).toEqual(new Set([6003, 3004, 6002]));
    for (const event of events) {
      for (const field of [...shared, ...required[event['class_uid']]!]) expect(event[field]).toBeDefined();
      expect(event['type_uid']).toBe(event['class_uid'] * 100 + event['activity_id']);
      expect(event['metadata']).toMatchObject({ version: '1.3.0', product: { vendor_name: 'Cairn' } });
    }
    const bad = await cairn.http('/api/v1/audit/export?asset=orders');
    expect(await bad.json()).toMatchObject({ status: 400, field: 'asset' });
    const denied = await (await cairn.http('/api/v1/audit/export?deniedOnly=true&subject=user:ana')).text();
    expect(JSON.parse(denied.split('\n')[0]!)).toMatchObject({ allowed: false });
  });

  test('a record is proved, listed, exported and verified offline from a shell', async () => {
    await cairn.app.get(RootMaker).make();
    const listed = await cli('--json', 'audit', 'list', '--action', 'token.issued');
    const [record] = JSON.parse(listed.out) as { id: string }[];
    expect((await cli('audit', 'prove', record!.id)).out).toMatch(/was signed for this record/);
    const { auditKey } = await cairn.ask('{ auditKey { publicKey } }');
    writeFileSync(path.join(cairn.dataDir, 'audit.pem'), auditKey.publicKey);
    expect((await cli('audit', 'export', '--format', 'evidence', '-o', 'log.jsonl')).code).toBe(0);
    const verified = await cli('audit', 'verify', 'log.jsonl', '--key', 'audit.pem');
    expect(verified).toMatchObject({ code: 0, out: expect.stringMatching(/as it was written/) });
    expect(await cli('audit', 'verify', 'log.jsonl')).toMatchObject({ code: 2 });
    expect(await cli('audit', 'verify')).toMatchObject({ code: 0 });
  });

  /** Writes a segment as of so many days ago, in a month of its own. @returns its id, while it is open */
  async function segmentOf(
    daysAgo: number,
    connection: DedicatedConnection,
    isClosed: boolean,
  ): Promise<string | undefined> {
    const old = new Date(Date.now() - daysAgo * 86_400_000);
    const from = new Date(Date.UTC(old.getUTCFullYear(), old.getUTCMonth(), 1));
    const to = new Date(Date.UTC(old.getUTCFullYear(), old.getUTCMonth() + 1, 1));
    const table = `audit_record_${from.toISOString().slice(0, 7).replace('-', '_')}`;
    await sql(
      `CREATE TABLE ${table} PARTITION OF audit_record FOR VALUES FROM ('${from.toISOString()}') TO ('${to.toISOString()}')`,
    );
    const now = jest.spyOn(Date, 'now').mockReturnValue(old.getTime());
    const writer = new SegmentWriter({
      connect: () => connection,
      installation: () => cairn.app.get(Installation).id(),
      sign: (text) => cairn.app.get(SigningKey).sign(text),
    });
    await writer.write([
      { kind: 'list', at: old.getTime(), said: { input: { subject: 'user:old' }, allowed: true } },
    ]);
    if (isClosed) await writer.stop();
    now.mockRestore();
    return writer.current;
  }

  test('retention ends a month that no hold keeps, and says so', async () => {
    await segmentOf(100, cairn.app.get(Database).dedicated('cairn audit'), true);
    await cairn.app.get(RootMaker).make();

    const held = await cli('--json', 'audit', 'hold', 'add', '--subject', 'user:old', '--reason', 'a case');
    await cairn.app.get(AuditRetention).tidy(new Date());
    expect(await sql(`SELECT 1 FROM audit_record WHERE subject = 'user:old'`)).toHaveLength(1);
    expect((await cli('audit', 'hold', 'list')).out).toMatch(/a case/);
    await cli('audit', 'hold', 'remove', (JSON.parse(held.out) as { id: string }).id);
    await cairn.app.get(AuditRetention).tidy(new Date());
    expect(await sql(`SELECT 1 FROM audit_record WHERE subject = 'user:old'`)).toEqual([]);
    expect(verdictOf(await evidence())).toMatchObject({ isGenuine: true, problems: [], retired: 3 });
  });

  test('a segment of which retention ended all before it was closed is closed without a record', async () => {
    const connection = cairn.app.get(Database).dedicated('cairn audit');
    const segment = await segmentOf(200, connection, false);
    await cairn.app.get(RootMaker).make();
    await cairn.app.get(AuditRetention).tidy(new Date());
    await connection.close();
    const closed = 'SELECT 1 FROM audit_segment WHERE id = $1 AND closed_at IS NOT NULL';
    await eventually(async () => (await sql(closed, [segment])).length > 0);
    await cairn.app.get(RootMaker).make();
    expect(verdictOf(await evidence())).toMatchObject({ isGenuine: true, problems: [] });
    expect(await sql('SELECT 1 FROM audit_record WHERE segment = $1', [segment])).toEqual([]);
  });

  test('an answer that does not follow from its policy and its input is found', async () => {
    const token = await cairn.tokenFor('user:eve');
    await cairn.graphql('{ auditRecords { nodes { id } } }', {}, token);
    await cairn.app.get(AuditLog).settled();
    expect(await cli('audit', 'replay')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+ answers follow/),
    });
    const ofEve = `kind = 'decision' AND subject = 'user:eve' AND body LIKE '%"allowed":false%'`;
    const [row] = await sql<{ place: string }>(
      `UPDATE audit_record SET body = replace(body, '"allowed":false', '"allowed":true')
       WHERE (segment, seq) = (SELECT segment, seq FROM audit_record WHERE ${ofEve} LIMIT 1) RETURNING segment || ':' || seq AS place`,
    );
    const { code, out } = await cli('--json', 'audit', 'replay');
    expect([code, JSON.parse(out)]).toMatchObject([
      1,
      {
        discrepancyCount: 1,
        discrepancies: [
          {
            id: row!.place,
            subject: 'user:eve',
            logged: { isAllowed: true },
            replayed: { isAllowed: false },
          },
        ],
      },
    ]);
    expect((await cli('audit', 'replay')).out).toContain(row!.place);
    await sql(
      `UPDATE audit_record SET body = replace(body, '"allowed":true', '"allowed":false') WHERE segment || ':' || seq = $1`,
      [row!.place],
    );
  });

  test('one flipped bit is found, and told by its place', async () => {
    const [row] = await sql<{ place: string }>(
      `UPDATE audit_record SET body = overlay(body placing chr(ascii(substr(body, 20, 1)) # 1) from 20)
       WHERE (segment, seq) = (SELECT segment, seq FROM audit_record WHERE action = 'principal.created' LIMIT 1)
       RETURNING segment || ':' || seq AS place`,
    );
    expect(verdictOf(await evidence()).problems[0]!.at).toBe(row!.place);
    const told = await cli('audit', 'verify');
    expect(told).toMatchObject({ code: 1, out: expect.stringContaining(row!.place) });
  });
});
