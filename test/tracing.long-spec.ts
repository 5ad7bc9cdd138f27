import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { eventually } from './support/eventually.js';
import type { CollectedSpan } from './support/otlp.js';
import { startTraceCollector, type TraceCollector } from './support/trace-collector.js';

const MAIN = path.join(import.meta.dirname, '../dist/src/main.js');
const ADMIN = `test-${randomBytes(16).toString('hex')}`;
const [SERVER, CLIENT, CONSUMER] = [2, 3, 5];
const TRACE = randomBytes(16).toString('hex');
const CALLER = randomBytes(8).toString('hex');
/** Content of a file, which is in nobody's business but its readers'. */
const CONTENT = 'species,mass\nsecret-penguin,3700\n';

let database: TestDatabase;
let collector: TraceCollector;
let folder: string;
let child: ChildProcess;
let url: string;
let log = '';

async function start(env: Record<string, string>): Promise<void> {
  child = spawn('node', [MAIN], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...{ CAIRN_PORT: '0', CAIRN_DATA_DIR: folder, CAIRN_LOG_LEVEL: 'debug' },
      ...{ CAIRN_ADMIN_TOKEN: ADMIN, DATABASE_URL: database.url, OTEL_BSP_SCHEDULE_DELAY: '100' },
      ...env,
    },
  });
  child.stderr!.on('data', (text) => (log += String(text)));
  let output = '';
  for await (const text of child.stdout!) {
    output += String(text);
    const found = /GraphQL +(\S+)\/graphql/.exec(output)?.[1];
    if (found !== undefined) return void (url = found);
  }
  throw new Error(`the service ended before it was ready: ${output} ${log}`);
}

async function stop(): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

beforeAll(async () => {
  database = await createTestDatabase();
  folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-tracing-'));
  chmodSync(folder, 0o755);
  collector = await startTraceCollector();
}, 60_000);
afterAll(async () => {
  if (child.exitCode === null) await stop();
  await collector.stop();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(
  query: string,
  variables: object = {},
  headers: Record<string, string> = {},
): Promise<any> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN}`, ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: any; errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

const byId = (id: string) => collector.spans.find(({ spanId }) => spanId === id);
const named = (name: string | RegExp, within = TRACE) =>
  collector.spans.filter(
    (span) =>
      span.traceId === within && (typeof name === 'string' ? span.name === name : name.test(span.name)),
  );

/** The names of a span and of all above it, as far as they are this service's. */
function pathTo(span: CollectedSpan): string[] {
  const parent = byId(span.parentSpanId);
  return [...(parent ? pathTo(parent) : []), span.name];
}

/** Whether one of the spans has exactly these above it. */
const hasPath = (name: string | RegExp, ...above: string[]) =>
  named(name).some((span) => above.every((one, i) => pathTo(span)[i] === one));

describe('a journey through the service', () => {
  let traceparentOfRun = '';

  beforeAll(async () => {
    await start({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=penguins',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    });
    for (const [name, kind] of [
      ['penguins', 'dataset'],
      ['classifier', 'model'],
    ]) {
      await ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', {
        i: { name, kind, namespace: 'research/penguins' },
      });
    }
    await fetch(`${url}/api/v1/repositories/penguins/objects`, {
      ...{ method: 'PUT', body: CONTENT },
      headers: { 'content-type': 'application/octet-stream', authorization: `Bearer ${ADMIN}` },
    });
    const changes = [{ path: 'penguins.csv', sha256: createHash('sha256').update(CONTENT).digest('hex') }];
    await ask('mutation($i: CommitInput!) { commit(input: $i) { id } }', {
      i: { repository: 'penguins', branch: 'main', message: 'content', changes },
    });
    const { submitTrainingRun } = await ask(
      'mutation Submit($i: SubmitTrainingRunInput!) { submitTrainingRun(input: $i) { id job { name: identityName } } }',
      {
        i: {
          name: 'a run of penguin-keeper',
          command: ['sh', '-c', 'echo "TRACEPARENT=$TRACEPARENT"; echo model > "$CAIRN_OUTPUTS/model.txt"'],
          inputs: [{ repository: 'penguins', revision: 'main', mount: 'penguins' }],
          output: { repository: 'classifier', branch: 'main' },
        },
      },
      { traceparent: `00-${TRACE}-${CALLER}-01`, 'x-request-id': 'journey-1' },
    );
    const { id } = submitTrainingRun as { id: string };
    const ended = await eventually(async () => {
      const { trainingRun } = await ask('query($id: ID!) { trainingRun(id: $id) { state reason log } }', {
        id,
      });
      return /succeeded|failed|lost/.test(trainingRun.state) && trainingRun;
    });
    expect(ended).toMatchObject({ state: 'succeeded' });
    traceparentOfRun = /TRACEPARENT=(\S*)/.exec(ended.log)?.[1] ?? '';
    // The last of it: the event of the run's end was posted.
    await eventually(() => named('outbox lineage.emit').length === 2 && named('take in events').length === 2);
    await pause(300);
  }, 90_000);

  test('begins with the caller: the request continues its trace', () => {
    const [request] = named('POST /graphql');
    expect(request).toMatchObject({
      ...{ parentSpanId: CALLER, kind: SERVER, status: 0 },
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/graphql',
        'http.response.status_code': 200,
        'cairn.request_id': 'journey-1',
      },
    });
  });

  test('goes by operation and root field to the statements', () => {
    const [field] = named('Mutation.submitTrainingRun');
    expect(pathTo(field!)).toEqual(['POST /graphql', 'mutation Submit', 'Mutation.submitTrainingRun']);
    const [insert] = named('INSERT training_run');
    expect(pathTo(insert!)).toEqual([...pathTo(field!), 'INSERT training_run']);
    expect(insert).toMatchObject({
      kind: CLIENT,
      attributes: { 'db.system.name': 'postgresql', 'db.operation.name': 'INSERT' },
    });
    // Resolvers below the root are found under their operation, whenever they run.
    expect(hasPath(/^SELECT/, 'POST /graphql', 'mutation Submit')).toBe(true);
  });

  test('goes on in the control loop that works the run off', () => {
    const steps = named('training step');
    expect(steps.length).toBeGreaterThanOrEqual(3);
    for (const step of steps)
      expect(pathTo(step)).toEqual([...pathTo(named('Mutation.submitTrainingRun')[0]!), 'training step']);
    // Looks that changed nothing left no trace.
    expect(steps.length).toBeLessThan(10);
  });

  test("goes into the run's process by its environment", () => {
    const [, trace, parent] = traceparentOfRun.split('-');
    expect(trace).toBe(TRACE);
    expect(byId(parent!)?.name).toBe('training step');
  });

  test('goes through the outbox to the lineage event, over HTTP, into the graph and the search index', () => {
    const above = ['POST /graphql', 'mutation Submit', 'Mutation.submitTrainingRun', 'training step'];
    expect(hasPath('INSERT search_document', ...above, 'outbox asset.changed')).toBe(true);
    const posted = [...above, 'outbox lineage.emit', 'emit lineage event', 'POST /api/v1/lineage'];
    expect(hasPath('WITH lineage_event', ...posted, 'take in events')).toBe(true);
    const [emission] = named('outbox lineage.emit');
    expect(emission).toMatchObject({
      kind: CONSUMER,
      attributes: { 'messaging.destination.name': 'lineage.emit' },
    });
  });

  test('of an event from outside ends in the search index', async () => {
    const trace = randomBytes(16).toString('hex');
    const event = {
      ...{ eventType: 'COMPLETE', eventTime: new Date().toISOString(), producer: 'urn:test' },
      schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
      ...{ run: { runId: randomUUID() }, job: { namespace: 'outside', name: 'job of penguin-keeper' } },
      ...{ inputs: [], outputs: [{ namespace: 'outside', name: 'out' }] },
    };
    const response = await fetch(`${url}/api/v1/lineage`, {
      ...{ method: 'POST', body: JSON.stringify(event) },
      headers: {
        ...{ 'content-type': 'application/json', authorization: `Bearer ${ADMIN}` },
        traceparent: `00-${trace}-${CALLER}-01`,
      },
    });
    expect(response.status).toBe(201);
    const written = (await eventually(() => named('INSERT search_document', trace)[0]))!;
    await eventually(() => byId(byId(written.parentSpanId)?.parentSpanId ?? ''));
    await eventually(() => named('POST /api/v1/lineage', trace)[0]);
    expect(pathTo(written)).toEqual([
      ...['POST /api/v1/lineage', 'take in events', 'outbox asset.changed', 'INSERT search_document'],
    ]);
  });

  test('log lines carry the ids of the span they were written in', () => {
    const lines = log
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { trace_id?: string; span_id?: string });
    const inTrace = lines.filter(({ trace_id }) => trace_id === TRACE);
    expect(inTrace.length).toBeGreaterThan(0);
    for (const { span_id } of inTrace) expect(byId(span_id!)).toBeDefined();
  });

  test('tells who it was, and is sent as OpenTelemetry is told to', () => {
    expect(collector.spans[0]!.resource).toMatchObject({
      'service.name': 'cairn',
      'deployment.environment.name': 'test',
    });
    expect(collector.mediaTypes).toEqual(new Set(['application/x-protobuf']));
    expect(collector.headers[0]!['x-tenant']).toBe('penguins');
  });

  test('holds no secret, no content, nothing of persons', () => {
    const text = JSON.stringify(collector.spans);
    for (const secret of [ADMIN, 'secret-penguin', 'penguin-keeper', 'user:admin', '127.0.0.1']) {
      const place = collector.spans.find((span) =>
        JSON.stringify({ ...span, resource: {} }).includes(secret),
      );
      expect([secret, place]).toEqual([secret, undefined]);
    }
    expect(text).not.toMatch(/cairn_[\w-]{43}/);
    expect(text).not.toContain(createHash('sha256').update(ADMIN).digest('hex'));
  });

  test('what machines ask every few seconds, and looks that find nothing, leave no trace', async () => {
    for (const route of ['/health/live', '/health/ready', '/metrics']) await fetch(`${url}${route}`);
    await pause(1_500);
    const names = new Set(collector.spans.map(({ name }) => name));
    expect([...names].filter((name) => /health|metrics/.test(name))).toEqual([]);
    const looks = collector.spans.filter(({ name }) => name === 'loop training');
    expect(looks).toEqual([]);
    // The statements of a look are dropped with it.
    const orphans = collector.spans.filter(
      ({ parentSpanId, kind }) => parentSpanId === '' && kind === CLIENT,
    );
    expect(orphans.map(({ name }) => name).filter((name) => /lease/.test(name))).toEqual([]);
  });

  test('requests one after the other on one connection keep their traces apart', async () => {
    const traces = Array.from({ length: 5 }, () => randomBytes(16).toString('hex'));
    for (const trace of traces)
      await ask(`query Me { me { subject } }`, {}, { traceparent: `00-${trace}-${CALLER}-01` });
    await eventually(() => traces.every((trace) => named('query Me', trace).length === 1));
    for (const trace of traces) {
      expect(named('POST /graphql', trace)).toHaveLength(1);
      expect(named('Query.me', trace)).toHaveLength(1);
    }
  });

  test('a failure marks its spans, by name only', async () => {
    const trace = randomBytes(16).toString('hex');
    const failing = ask(
      'query Lost { repository(name: "not-there-at-all") { id } }',
      {},
      { traceparent: `00-${trace}-${CALLER}-01` },
    );
    await expect(failing).rejects.toThrow('not-there-at-all');
    const field = await eventually(() => named('Query.repository', trace)[0]);
    expect(field).toMatchObject({ status: 2, attributes: { 'error.type': expect.stringMatching(/Error$/) } });
    expect(JSON.stringify(collector.spans)).not.toContain('not-there-at-all');
  });
});

test('JSON is spoken instead where that is asked for, and an unsampled trace is left alone', async () => {
  await stop();
  const before = collector.spans.length;
  await start({ OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' });
  const [seen, unseen] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')];
  await ask('query Me { me { subject } }', {}, { traceparent: `00-${unseen}-${CALLER}-00` });
  await ask('query Me { me { subject } }', {}, { traceparent: `00-${seen}-${CALLER}-01` });
  await stop();
  expect(collector.mediaTypes).toContain('application/json');
  expect(collector.spans.length).toBeGreaterThan(before);
  expect(named('Query.me', seen)).toHaveLength(1);
  expect(named(/./, unseen)).toEqual([]);
}, 60_000);

test('a collector that is away holds nothing up, and is told of in the log', async () => {
  log = '';
  await start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_EXPORTER_OTLP_TIMEOUT: '500' });
  expect(await ask('{ me { subject } }')).toEqual({ me: { subject: 'user:admin' } });
  await eventually(() => log.includes('"msg":"tracing"'));
  await stop();
  expect(child.exitCode).toBe(0);
}, 60_000);

test('an unknown setting is refused by name', async () => {
  log = '';
  const start_ = start({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
  await expect(start_).rejects.toThrow(/OTEL_EXPORTER_OTLP_PROTOCOL/);
}, 60_000);
