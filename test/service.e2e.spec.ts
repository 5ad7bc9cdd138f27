import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Controller, Get, Module } from '@nestjs/common';
import { DiscoveryModule, NestFactory } from '@nestjs/core';
import { AccessCheck, UndeclaredAccessError } from '../src/identity/access/access-check.js';
import {
  Database,
  InvalidConfigurationError,
  loadConfig,
  metricsRegistry,
  Outbox,
  OutboxWorker,
} from '../src/platform/index.js';
import { PolicyBundleError } from '../src/policy/index.js';
import { PortInUseError } from '../src/start.js';
import { namesIn, queriesOfDashboard, queriesOfRules } from './support/promql.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';

const labelsOf = (metric: object) => (metric as { labelNames?: string[] }).labelNames ?? [];

let cairn: TestCairn;
beforeAll(async () => {
  cairn = await startTestCairn({ CAIRN_MAX_BODY_BYTES: String(1024 * 1024) });
}, 60_000);
afterAll(() => cairn.stop());

const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  cairn.http('/graphql', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });

describe('who comes in', () => {
  test('without a token, with a bad one, with a revoked or expired one, or as a disabled principal: nobody', async () => {
    const ask = (token: string) => cairn.graphql('{ me { subject } }', {}, token);
    const token = await cairn.tokenFor('user:visitor');
    expect((await ask(token)).data).toEqual({ me: { subject: 'user:visitor' } });
    expect((await ask('')).errors![0]!.extensions['code']).toBe('UNAUTHENTICATED');
    expect((await ask('cairn_nobody')).errors![0]!.extensions['code']).toBe('UNAUTHENTICATED');

    const database = cairn.app.get(Database);
    const mine = `principal_id = (SELECT id FROM principal WHERE name = 'visitor')`;
    await database.query(`UPDATE api_token SET expires_at = now() - interval '1 second' WHERE ${mine}`);
    expect((await ask(token)).errors![0]!.extensions['code']).toBe('UNAUTHENTICATED');

    const second = await cairn.tokenFor('user:visitor');
    const { me } = await cairn.ask('{ me { tokens { id label revokedAt } } }', {}, second);
    await cairn.ask(
      'mutation($id: ID!) { revokeToken(id: $id) { revokedAt } }',
      { id: me.tokens[0].id },
      second,
    );
    expect((await ask(second)).errors![0]!.extensions['code']).toBe('UNAUTHENTICATED');

    const third = await cairn.tokenFor('user:visitor');
    await cairn.ask('mutation { disablePrincipal(subject: "user:visitor") { disabledAt } }');
    expect((await ask(third)).errors![0]!.extensions['code']).toBe('UNAUTHENTICATED');
  });

  test('only administrators make principals and issue tokens to others', async () => {
    const token = await cairn.tokenFor('user:curious');
    const create = 'mutation { createPrincipal(input: { kind: user, name: "friend" }) { id } }';
    expect((await cairn.graphql(create, {}, token)).errors![0]!.extensions['code']).toBe('FORBIDDEN');
    const issue = 'mutation { issueToken(input: { subject: "user:admin", label: "mine" }) { secret } }';
    expect((await cairn.graphql(issue, {}, token)).errors![0]!.extensions['code']).toBe('FORBIDDEN');
    expect((await cairn.graphql('{ deadLetters { id } }', {}, token)).errors![0]!.extensions['code']).toBe(
      'FORBIDDEN',
    );
  });

  test('tokens are not in the database', async () => {
    const token = await cairn.tokenFor('user:keeper');
    const rows = await cairn.app
      .get(Database)
      .query<{ row: string }>('SELECT t::text AS row FROM api_token AS t');
    expect(rows.some(({ row }) => row.includes(token))).toBe(false);
  });

  test('a route that does not declare its access stops the boot', async () => {
    @Controller('forgotten')
    class ForgottenController {
      @Get()
      read(): string {
        return 'secret';
      }
    }
    @Module({ imports: [DiscoveryModule], controllers: [ForgottenController], providers: [AccessCheck] })
    class ForgottenModule {}
    const boot = NestFactory.createApplicationContext(ForgottenModule, {
      logger: false,
      abortOnError: false,
    });
    await expect(boot).rejects.toThrow(UndeclaredAccessError);
  });
});

describe('bad requests get a clear answer and the service goes on', () => {
  const answers: [string, () => Promise<Response>, number, RegExp][] = [
    ['malformed JSON', () => post('{"query": '), 400, /JSON/],
    [
      'a body over the limit',
      () => post(JSON.stringify({ query: 'x'.repeat(2 * 1024 * 1024) })),
      413,
      /too large/i,
    ],
    [
      'a gzip bomb',
      () => post(gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20)), { 'content-encoding': 'gzip' }),
      413,
      /too large/i,
    ],
    ['a gzip body that is none', () => post('not gzip', { 'content-encoding': 'gzip' }), 400, /./],
    ['an unknown encoding', () => post('{}', { 'content-encoding': 'br' }), 400, /Content-Encoding/],
    ['a route that does not exist', () => cairn.http('/api/v9/nothing'), 404, /nothing/],
  ];
  test.each(answers)('%s', async (_, send, status, text) => {
    const response = await send();
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const problem = (await response.json()) as { detail: string; requestId: string };
    expect(problem.detail).toMatch(text);
    expect(problem.requestId).toBe(response.headers.get('x-request-id'));
    expect((await cairn.http('/health/ready')).status).toBe(200);
  });

  test('a gzip body is read', async () => {
    const response = await post(gzipSync(JSON.stringify({ query: '{ me { subject } }' })), {
      'content-encoding': 'gzip',
    });
    expect(await response.json()).toEqual({ data: { me: { subject: 'user:admin' } } });
  });

  const queries: [string, string, RegExp][] = [
    [
      'too deep',
      `{ asset(id: "x") { repository { asset ${'{ repository { asset '.repeat(8)} { id } ${'} } '.repeat(8)} } } }`,
      /depth/i,
    ],
    [
      'too many aliases',
      `{ ${Array.from({ length: 40 }, (_, i) => `a${i}: me { id }`).join(' ')} }`,
      /alias/i,
    ],
    ['too many tokens', `{ me { ${'id '.repeat(3000)} } }`, /token/i],
    ['no GraphQL', '{ me { ', /Syntax/],
    ['an unknown field', '{ me { salary } }', /salary/],
    ['two, and does not say which', 'query A { me { id } } query B { me { id } }', /operation name/],
    ['a subscription', 'subscription { me { id } }', /subscription/],
  ];
  test.each(queries)('a query that is %s is refused as such', async (_, query, text) => {
    const answer = await post(JSON.stringify({ query }));
    expect(answer.status).toBe(400);
    const { errors } = (await answer.json()) as { errors: { message: string }[] };
    expect(errors[0]!.message).toMatch(text);
    expect(JSON.stringify(errors)).not.toMatch(/stacktrace|node_modules/);
  });

  test.each([
    ['a NUL written in the query', '{ repository(name: "a\\u0000b") { id } }', {}, 'name'],
    ['a NUL in a variable', 'query($n: String!) { repository(name: $n) { id } }', { n: 'a\0b' }, 'name'],
    ['half a character', 'query($n: String!) { repository(name: $n) { id } }', { n: 'a\ud83d' }, 'name'],
    [
      'a NUL deep in an input',
      'mutation($i: StageInput!) { stage(input: $i) }',
      { i: { repository: 'r', branch: 'b', changes: [{ path: 'p' }, { path: 'p', contentType: '\0' }] } },
      'input.changes[1].contentType',
    ],
    [
      'a NUL in a variable within an input',
      'mutation($b: String!) { protectBranch(input: { repository: "r", name: $b, isProtected: true }) { name } }',
      { b: '\0' },
      'input.name',
    ],
  ])('%s is refused by the name of its field', async (_, query, variables, field) => {
    const answer = await post(JSON.stringify({ query, variables }));
    const { errors } = (await answer.json()) as { errors: { extensions: object }[] };
    expect(errors).toHaveLength(1);
    expect(errors[0]!.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      field,
      rule: 'must be valid Unicode without NUL',
    });
  });

  test('a query comes by GET from whoever sends a token with it, and from no page that sends none', async () => {
    const path = `/graphql?query=${encodeURIComponent('{ me { subject } }')}`;
    const authorization = `Bearer ${await cairn.tokenFor('user:getter')}`;
    const answer = await fetch(`${cairn.url}${path}`, { headers: { authorization } });
    expect([answer.status, await answer.json()]).toEqual([200, { data: { me: { subject: 'user:getter' } } }]);
    expect((await fetch(`${cairn.url}${path}`)).status).toBe(400);
  });

  test.each([
    ['files', 'multipart/form-data; boundary=x', /not with "multipart\/form-data".*Files are no part/],
    ['a bare document', 'application/graphql', /not with "application\/graphql".*Send `\{"query": …\}`/],
    ['a form', 'application/x-www-form-urlencoded', /sent as application\/json, not with/],
  ])('%s instead of JSON are refused as what they are', async (_, type, text) => {
    const answer = await post('query={me{subject}}', { 'content-type': type, authorization: 'Bearer x' });
    const { errors } = (await answer.json()) as { errors: { message: string; extensions: object }[] };
    expect([answer.status, errors[0]!.extensions]).toMatchObject([415, { code: 'UNSUPPORTED_MEDIA' }]);
    expect(errors[0]!.message).toMatch(text);
  });

  test('answers are kept by nobody on the way, whether there is an error or not', async () => {
    for (const query of ['{ me { subject } }', '{ nothing }', '{']) {
      const answer = await cairn.http('/graphql', {
        ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
        body: JSON.stringify({ query }),
      });
      expect([query, answer.headers.get('cache-control')]).toEqual([query, 'no-store']);
    }
  });

  test('a page of 0 or 1,000 and a cursor of another list are refused by name', async () => {
    const page = (args: string) => cairn.graphql(`{ assets(${args}) { nodes { id } } }`);
    expect((await page('first: 0')).errors![0]!.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'first',
    });
    expect((await page('first: 1000')).errors![0]!.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'first',
    });
    expect((await page('after: "nonsense"')).errors![0]!.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'after',
    });
  });
});

describe('starting', () => {
  const folders: string[] = [];
  afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
  const folder = () => folders[folders.push(mkdtempSync(path.join(os.tmpdir(), 'cairn-start-'))) - 1]!;

  test('a policy file with a typo stops the start and is named with its line', async () => {
    const policies = folder();
    cpSync('policies', policies, { recursive: true });
    writeFileSync(
      path.join(policies, 'typo.csv'),
      '# fine\np, TYPO, role:reader, research, **, read, *, -, Deny\n',
    );
    const failure = await startTestCairn({ CAIRN_POLICY_DIR: policies }).then(
      () => undefined,
      (error: unknown) => error as PolicyBundleError,
    );
    expect(failure).toBeInstanceOf(PolicyBundleError);
    expect(failure!.message).toMatch(/typo\.csv.*2/s);
  });

  test('a port in use stops the start with a message that says what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const start = startTestCairn({ CAIRN_PORT: String(port), CAIRN_S3_PORT: 'off' });
    await expect(start).rejects.toThrow(PortInUseError);
    await expect(start).rejects.toThrow('set CAIRN_PORT');
    other.close();
  });

  test('settings that break a rule are all named', () => {
    const load = () =>
      loadConfig({ CAIRN_PORT: '99999', DATABASE_URL: 'mysql://x', CAIRN_ADMIN_TOKEN: 'short' });
    expect(load).toThrow(InvalidConfigurationError);
    expect(load).toThrow(/CAIRN_PORT.*CAIRN_ADMIN_TOKEN.*DATABASE_URL/s);
  });

  test('nobody outside reaches a service whose only lock is a generated token', () => {
    for (const CAIRN_HOST of ['0.0.0.0', '::', '192.168.1.7', 'cairn.example.org']) {
      expect(() => loadConfig({ CAIRN_HOST })).toThrow(/CAIRN_HOST.*set CAIRN_ADMIN_TOKEN or OIDC_ISSUER/);
      for (const lock of [
        { CAIRN_ADMIN_TOKEN: 'a-token-of-some-length' },
        { OIDC_ISSUER: 'https://id.example.org', OIDC_AUDIENCE: 'cairn' },
        { CAIRN_ALLOW_PUBLIC: 'true' },
      ])
        expect(loadConfig({ CAIRN_HOST, ...lock }).CAIRN_HOST).toBe(CAIRN_HOST);
    }
  });
});

describe('operating', () => {
  test('health tells of every part, metrics of every route', async () => {
    expect(await (await cairn.http('/health/live', { token: '' })).json()).toEqual({ status: 'ok' });
    const ready = await cairn.http('/health/ready', { token: '' });
    expect((await cairn.http('/health', { token: '' })).status).toBe(200);
    expect(await ready.json()).toMatchObject({
      status: 'ready',
      parts: { database: { isReady: true }, storage: { isReady: true }, policy: { isReady: true } },
    });
    const metrics = await (await cairn.http('/metrics', { token: '' })).text();
    expect(metrics).toContain(
      'http_server_request_duration_seconds_count{route="/health/ready",method="GET",status="200"}',
    );
    expect(metrics).toContain('cairn_outbox_messages{state="dead"} 0');
    expect(metrics).toMatch(/^cairn_outbox_oldest_message_age_seconds \d/m);
    expect(metrics).toContain('http_server_active_requests{method="GET"} 1'); // this one
    expect(metrics).toMatch(/^cairn_lease_held\{lease="training"\} [01]$/m);
    expect(metrics).toMatch(/^cairn_control_loop_failures_total\{loop="outbox"\} \d/m);
  });

  test('metrics know routes by their patterns only, and few names of operations', async () => {
    for (let i = 0; i < 150; i++) await cairn.ask(`query Name${i} { me { id } }`);
    await cairn.graphql('query Forged { me { id } }', {}, 'cairn_nobody');
    await cairn.http('/api/v1/repositories/private-name/content/main/private/path.csv?token=private');
    await cairn.http('/private/nowhere');
    await expect(fetch(`${cairn.url}/graphql`, { signal: AbortSignal.timeout(1) })).rejects.toThrow();
    const metrics = await (await cairn.http('/metrics', { token: '' })).text();
    expect(metrics).not.toContain('private');
    expect(metrics).toContain('route="/api/v1/repositories/:repository/content/:revision/*",method="GET"');
    const operations = new Set([...metrics.matchAll(/operation="(\w+)"/g)].map(([, name]) => name));
    expect(operations.size).toBeLessThanOrEqual(102);
    expect(operations).toContain('other');
    expect(operations).not.toContain('Forged');
    expect(metrics).toContain('http_server_active_requests{method="POST"} 0');
  });

  test('the dashboard and the alerts ask for what there is', async () => {
    const queries = [
      ...queriesOfDashboard('deploy/grafana/cairn-dashboard.json'),
      ...queriesOfRules('deploy/prometheus/cairn-alerts.yml'),
    ];
    expect(queries.length).toBeGreaterThan(40);
    const metrics = await (await cairn.http('/metrics', { token: '' })).text();
    const shown = new Set([...metrics.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!));
    const missing = queries.flatMap((query) =>
      namesIn(query)
        .metrics.filter(
          (name) => name !== 'up' && !shown.has(name) && !shown.has(name.replace(/_(bucket|sum|count)$/, '')),
        )
        .map((name) => ({ name, query })),
    );
    expect(missing).toEqual([]);
    // A label that a metric does not have makes a query silently empty.
    const known = new Set([
      'namespace',
      'job',
      'instance',
      'le',
      ...metricsRegistry.getMetricsAsArray().flatMap((metric) => labelsOf(metric)),
    ]);
    expect(queries.flatMap((query) => namesIn(query).labels).filter((label) => !known.has(label))).toEqual(
      [],
    );
  });

  test('dead letters are shown to administrators, who can replay them', async () => {
    const outbox = cairn.app.get(Outbox);
    let isBroken = true;
    outbox.handle('test', async () => {
      if (isBroken) throw new RangeError('broken');
    });
    await outbox.append([{ topic: 'test', orderingKey: 'a', payload: {} }]);
    const worker = cairn.app.get(OutboxWorker);
    const dead = async () => (await cairn.ask('{ deadLetters { topic attempts lastError } }')).deadLetters;
    for (let i = 0; i < 400 && (await dead()).length === 0; i++) {
      await cairn.app.get(Database).query('UPDATE outbox_message SET next_attempt_at = now()');
      await worker.drain();
    }
    expect(await dead()).toEqual([{ topic: 'test', attempts: 12, lastError: 'RangeError: broken' }]);
    isBroken = false;
    expect(await cairn.ask('mutation { replayDeadLetters }')).toEqual({ replayDeadLetters: 1 });
    await worker.drain();
    expect(await dead()).toEqual([]);
  });
});
