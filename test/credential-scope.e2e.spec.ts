import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Database } from '../src/platform/index.js';
import { AuditLog } from '../src/policy/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { dataset, event } from './support/lineage.js';

const ISSUE =
  'mutation($i: IssueTokenInput!) { issueToken(input: $i) { secret token { namespaces actions expiresAt } } }';
const CREATE_KEY =
  'mutation($i: CreateAccessKeyInput!) { createAccessKey(input: $i) { secret accessKey { id namespaces actions } } }';
const CREATE = 'mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { name } }';
const LIST = '{ assets(first: 50) { nodes { namespace } } }';

let cairn: TestCairn;
let edna: string;

async function token(scope: object, by: string): Promise<string> {
  const { issueToken } = await cairn.ask(ISSUE, { i: { subject: 'user:edna', label: 'x', ...scope } }, by);
  return issueToken.secret;
}
const create = (name: string, namespace: string, by: string) =>
  cairn.graphql(CREATE, { i: { name, kind: 'dataset', namespace } }, by);
const post = (body: unknown, by: string, route = '') =>
  cairn.http(`/api/v1/lineage${route}`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
    ...{ body: JSON.stringify(body), token: by },
  });

beforeAll(async () => {
  cairn = await startTestCairn({ CAIRN_POLICY_DIR: path.resolve('test/fixtures/people-policies') });
  edna = await cairn.tokenFor('user:edna');
  expect((await create('leads', 'acme/sales', edna)).errors).toBeUndefined();
  expect((await create('wages', 'acme/hr', edna)).errors).toBeUndefined();
}, 60_000);
afterAll(() => cairn.stop());

describe('a token with a scope', () => {
  test('does in its namespaces what its principal may, and nothing elsewhere, in lists too', async () => {
    const sales = await token({ namespaces: ['acme/sales'] }, edna);
    expect((await create('more-leads', 'acme/sales', sales)).errors).toBeUndefined();
    const refused = await create('more-wages', 'acme/hr', sales);
    expect(refused.errors?.[0]?.message).toContain('the credential is for acme/sales only, not for acme/hr');
    const places = async (by: string) =>
      new Set(
        (await cairn.ask(LIST, {}, by)).assets.nodes.map((node: { namespace: string }) => node.namespace),
      );
    expect(await places(edna)).toEqual(new Set(['acme/sales', 'acme/hr']));
    expect(await places(sales)).toEqual(new Set(['acme/sales']));
  });

  test('does its actions only, and the log of decisions has what it was for', async () => {
    const reading = await token({ namespaces: ['acme'], actions: ['list', 'read'] }, edna);
    expect((await create('never', 'acme/sales', reading)).errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    await cairn.app.get(AuditLog).settled();
    const [row] = await cairn.app
      .get(Database)
      .query<{ body: string }>(
        "SELECT body FROM audit_record WHERE action = 'write' AND NOT is_allowed AND body LIKE '%the credential is for list, read%'",
      );
    const { input } = JSON.parse(row!.body) as { input: { scope: unknown } };
    expect(input.scope).toEqual({ namespaces: ['acme'], actions: ['list', 'read'] });
  });

  test('is held to it for what an event speaks of, beside another token of the same principal in the same batch', async () => {
    const sales = await token({ namespaces: ['acme/sales'], actions: ['emit'] }, edna);
    const inside = { job: { namespace: 'sales-db', name: 'j' }, outputs: [dataset('t', {}, 'sales-db')] };
    const outside = { ...inside, outputs: [dataset('t', {}, 'hr-db')] };
    expect((await post(event(inside), sales)).status).toBe(201);
    const [narrow, wide] = await Promise.all([post(event(outside), sales), post(event(outside), edna)]);
    expect([narrow.status, wide.status]).toEqual([403, 201]);
    const alien = { ...inside, job: { namespace: 'hr-db', name: 'j' } };
    const batch = (await (await post([event(alien), event(inside)], sales, '/batch')).json()) as object;
    expect(batch).toMatchObject({ summary: { successful: 1, failed: 1 }, failed_events: [{ index: 0 }] });
  });

  test('makes no credential that is good for more, or for longer, than itself', async () => {
    const own = await token(
      { namespaces: ['acme/sales'], actions: ['list', 'read'], expiresInDays: 3 },
      edna,
    );
    const ask = (scope: object) =>
      cairn.graphql(ISSUE, { i: { subject: 'user:edna', label: 'x', ...scope } }, own);
    const same = (await ask({ expiresInDays: 300 })).data.issueToken.token;
    expect(same).toMatchObject({ namespaces: ['acme/sales'], actions: ['list', 'read'] });
    expect(new Date(same.expiresAt).getTime()).toBeLessThanOrEqual(Date.now() + 3 * 86_400_000);
    expect((await ask({ namespaces: ['acme'] })).errors?.[0]).toMatchObject({
      message: expect.stringMatching(/^namespaces: acme is outside of what your own credential is for/),
      extensions: { code: 'FORBIDDEN', field: 'namespaces' },
    });
    expect((await ask({ actions: ['read', 'write'] })).errors?.[0]?.message).toMatch(/^actions: write is/);
    const key = await cairn.graphql(CREATE_KEY, { i: { label: 'x', namespaces: ['*'] } }, own);
    expect(key.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
  });

  test('reaches the service itself only where its scope is the root', async () => {
    const admin = (scope: object) =>
      cairn
        .ask(ISSUE, { i: { subject: 'user:admin', label: 'x', ...scope } })
        .then(({ issueToken }) => issueToken.secret as string);
    const LISTED = '{ principals(first: 1) { nodes { subject } } }';
    const below = await cairn.graphql(LISTED, {}, await admin({ namespaces: ['acme'] }));
    expect(below.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    expect(await cairn.ask(LISTED, {}, await admin({ actions: ['administer'] }))).toBeDefined();
  });

  test('is refused with the field and the rule when it names what there is not', async () => {
    const ask = (scope: object) =>
      cairn.graphql(ISSUE, { i: { subject: 'user:edna', label: 'x', ...scope } }, edna);
    expect((await ask({ actions: ['raed'] })).errors?.[0]?.message).toMatch(
      /input\.actions.*must be of list/,
    );
    expect((await ask({ namespaces: ['a//b'] })).errors?.[0]?.message).toMatch(/input\.namespaces.*must be/);
    expect((await ask({ namespaces: [] })).errors?.[0]?.message).toMatch(/namespaces/);
  });

  test('comes by HTTP Basic with the same scope', async () => {
    const sales = await token({ namespaces: ['acme/sales'] }, edna);
    const search = (secret: string) =>
      cairn.http('/api/2.0/mlflow/experiments/create', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Basic ${Buffer.from(`x:${secret}`).toString('base64')}`,
        },
        body: JSON.stringify({
          name: `e-${secret.slice(-6)}`,
          tags: [{ key: 'cairn.namespace', value: 'acme/hr' }],
        }),
        token: '',
      });
    expect((await search(edna)).status).toBe(200);
    expect((await search(sales)).status).toBe(403);
  });
});

test('an access key of S3 has the scope that it was made with', async () => {
  const { createAccessKey } = await cairn.ask(
    CREATE_KEY,
    { i: { label: 'x', namespaces: ['acme/sales'] } },
    edna,
  );
  const s3 = new S3Client({
    ...{ endpoint: cairn.s3Url!, region: 'us-east-1', forcePathStyle: true },
    credentials: { accessKeyId: createAccessKey.accessKey.id, secretAccessKey: createAccessKey.secret },
  });
  const { Buckets: buckets } = await s3.send(new ListBucketsCommand({}));
  expect(buckets?.map(({ Name: name }) => name).sort()).toEqual(['leads', 'more-leads']);
  await s3.send(new PutObjectCommand({ Bucket: 'leads', Key: 'main/a', Body: 'a' }));
  await expect(
    s3.send(new PutObjectCommand({ Bucket: 'wages', Key: 'main/a', Body: 'a' })),
  ).rejects.toThrow();
  s3.destroy();
});

test('an operation does no more than the token was for that it was asked by', async () => {
  const START = 'mutation($i: MergeInput!) { startMerge(input: $i) { id } }';
  const WAIT = 'query($id: ID!) { operation(id: $id, waitSeconds: 20) { state problem { code message } } }';
  const merge = { i: { repository: 'leads', source: 'main', target: 'main' } };
  const scope = { namespaces: ['acme/sales'], actions: ['list', 'read', 'write'] };
  const { startMerge } = await cairn.ask(START, merge, await token(scope, edna));
  const { operation } = await cairn.ask(WAIT, { id: startMerge.id }, edna);
  expect(operation).toMatchObject({ state: 'succeeded' });
  const again = randomUUID();
  await cairn.app.get(Database).query(
    `INSERT INTO operation (id, kind, repository_id, input, requested_by, scope)
     SELECT $2, kind, repository_id, input, requested_by, jsonb_set(scope, '{actions}', '["list", "read"]')
     FROM operation WHERE id = $1 AND scope = $3`,
    [startMerge.id, again, scope],
  );
  const { operation: narrow } = await cairn.ask(WAIT, { id: again }, edna);
  expect(narrow).toMatchObject({
    state: 'failed',
    problem: {
      code: 'AccessDenied',
      message: expect.stringContaining('the credential is for list, read only'),
    },
  });
});
