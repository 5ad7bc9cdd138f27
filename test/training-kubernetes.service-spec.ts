import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { EXECUTION_DRIVER, type ExecutionDriver } from '../src/orchestrator/execution/execution-driver.js';
import { jobName } from '../src/orchestrator/execution/kubernetes/job-manifest.js';
import { Housekeeping } from '../src/orchestrator/training/reconciler/housekeeping.js';
import { Database } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { eventually } from './support/eventually.js';
import { type FaultProxy, startFaultProxy } from './support/fault-proxy.js';
import { freePort } from './support/free-port.js';
import { createTestNamespace, type TestNamespace } from './support/kubernetes-namespace.js';
import { TestNode } from './support/kubernetes-node.js';
import { killService, runService, serviceEnvironment } from './support/services.js';
import { type Trainings, trainingsOf } from './support/training.js';

const { KUBECONFIG: administrator, KUBERNETES_ENDPOINT } = serviceEnvironment('kubernetes');
let node: TestNode;
let namespace: TestNamespace;
let wire: FaultProxy;
let cairn: TestCairn;
let trainings: Trainings;

const jobOf = async (id: string) =>
  namespace.batch.readNamespacedJob({ name: jobName(id), namespace: namespace.name }).catch(() => undefined);
const podsOf = async (id: string) =>
  (
    await namespace.core.listNamespacedPod({
      namespace: namespace.name,
      labelSelector: `cairn.dev/execution=${id}`,
    })
  ).items;
const says = (id: string, line: string) =>
  eventually(
    () => trainings.log(id),
    (log) => log.includes(line),
  );
const driver = () => cairn.app.get<ExecutionDriver>(EXECUTION_DRIVER);
const query = <Row>(sql: string, parameters: unknown[] = []) =>
  cairn.app.get(Database).query<Row>(sql, parameters);

beforeAll(async () => {
  node = await TestNode.start(administrator!);
  namespace = await createTestNamespace(administrator!);
  wire = await startFaultProxy({ port: Number(new URL(KUBERNETES_ENDPOINT!).port) });
  const port = await freePort();
  cairn = await startTestCairn({
    ...{
      CAIRN_PORT: String(port),
      CAIRN_PUBLIC_URL: `http://127.0.0.1:${port}`,
      EXECUTION_DRIVER: 'kubernetes',
    },
    ...{ KUBECONFIG: namespace.kubeconfig(wire.port), KUBERNETES_EXECUTION_NAMESPACE: namespace.name },
    ...{ KUBERNETES_EXECUTION_IMAGE: 'machine:this', KUBERNETES_EXECUTION_STAGER_IMAGE: 'cairn:test' },
    ...{
      KUBERNETES_EXECUTION_START_SECONDS: '6',
      CAIRN_LOG_LEVEL: process.env['TEST_LOG'] ?? 'silent',
      ...node.settings,
    },
  });
  trainings = trainingsOf(cairn);
  await trainings.repository('penguins', 'dataset', {
    'penguins.csv': 'species,mass\nAdelie,3700\nGentoo,5000\n',
  });
  await trainings.repository('trainer', 'dataset', {
    'train.mjs': readFileSync('test/fixtures/training/train.mjs', 'utf8'),
  });
});
afterEach(() => wire.heal());
afterAll(async () => {
  await cairn?.stop();
  await wire?.close();
  await namespace?.drop();
  await node?.stop();
});

describe('a training run as a Job', () => {
  test('commits its outputs as a model, shows as lineage, and keeps its log when the Job is gone', async () => {
    const submitted = await trainings.submit('', {
      ...{ command: ['node', 'train.mjs'], code: { repository: 'trainer', revision: 'main' } },
      ...{ parameters: { rate: 0.1 }, seed: 7, resources: { cpu: '500m', 'nvidia.com/gpu': '1' } },
    });
    expect(submitted).toMatchObject({
      image: 'machine:this',
      resources: { cpu: '500m', memory: '2Gi', 'nvidia.com/gpu': '1' },
    });
    const job = await eventually(
      () => jobOf(submitted.id),
      (found) => found !== undefined,
    );
    const run = await trainings.ended(submitted.id);
    expect(run).toMatchObject({
      state: 'succeeded',
      reason: null,
      exitCode: 0,
      metrics: { rows: 2, accuracy: 0.5 },
    });
    const [commit, ...more] = await trainings.commits(run.output.repository);
    expect(more).toEqual([]);
    expect(commit).toMatchObject({ id: run.output.commitId, metadata: { 'cairn.run': run.id } });
    const model = await cairn.http(`/api/v1/repositories/${run.output.repository}/content/main/model.json`);
    expect(await model.json()).toEqual({ counts: { Adelie: 1, Gentoo: 1 }, rate: 0.1, seed: 7 });
    await eventually(
      () => jobOf(run.id),
      (found) => found === undefined,
    );
    expect(await trainings.log(run.id)).toBe('read 2 rows, rate 0.1, seed 7');
    const { lineageRun } = await eventually(
      () =>
        cairn.ask('query($id: ID!) { lineageRun(id: $id) { state outputs { version } facets } }', {
          id: run.id,
        }),
      (answer) => answer.lineageRun.state === 'complete',
    );
    expect(lineageRun.outputs).toEqual([{ version: run.output.commitId }]);
    expect(lineageRun.facets.cairn_training).toMatchObject({
      image: 'machine:this',
      resources: submitted.resources,
    });
    const container = job!.spec!.template.spec!.initContainers![1]!;
    expect(container.resources!.limits).toEqual({ memory: '2Gi', 'nvidia.com/gpu': '1' });
    expect(container.env!.find(({ name }) => name === 'OPENLINEAGE_PARENT_ID')!.value).toBe(
      `cairn/train/${run.output.repository}/${run.id}`,
    );
    expect(container.env!.map(({ name }) => name)).not.toContain('CAIRN_STAGING_TOKEN');
  });

  test('what it is told arrives as it is, whatever it looks like', async () => {
    const { id } = await trainings.submit(
      'echo "$CAIRN_PARAMETERS"; echo "$(echo sub)" "$$" "$(HOME)" 2>&1; exit 1',
      {
        parameters: { text: '$(HOME) $$ $$(CAIRN_RUN_ID) $HOME' },
      },
    );
    await trainings.ended(id);
    const [parameters, shell] = (await trainings.log(id)).split('\n');
    expect(JSON.parse(parameters!)).toEqual({ text: '$(HOME) $$ $$(CAIRN_RUN_ID) $HOME' });
    expect(shell).toContain('HOME');
    expect((await trainings.log(id)).split('\n').at(-1)).toMatch(/^sub 1/);
  });

  test.each<[string, string, object, RegExp]>([
    ['fails with its exit code', 'echo almost; exit 3', {}, /^the command ended with exit code 3$/],
    ['runs out of time', 'sleep 60', { timeoutSeconds: 12 }, /^it ran longer than its 12 s/],
    ['names no program', '', { command: ['no-such-program'] }, /no-such-program: ENOENT/],
    [
      'has an image that is not there',
      '',
      { image: 'missing:1' },
      /after \d+ s it still waited: run: ImagePullBackOff: .*missing:1/,
    ],
    [
      'asks for more than any node has',
      '',
      { resources: { 'nvidia.com/gpu': '9' } },
      /still waited: .*Insufficient nvidia\.com\/gpu/,
    ],
    [
      'uses more memory than it asked for',
      'exec node -e "const all = []; setInterval(() => all.push(Buffer.alloc(2 ** 24, 1)), 10)"',
      { resources: { memory: '256Mi' } },
      /^the command was ended by SIGKILL: it used more memory than its limit \(OOMKilled\)$/,
    ],
    [
      'asks for what no cluster has',
      '',
      { resources: { 'requests.example/magic': '1' } },
      /is refused: spec\.template\.spec\.initContainers\[1\]\.resources.*extended resource name/,
    ],
    [
      'leaves a link',
      'ln -s /etc/passwd "$CAIRN_OUTPUTS/model"',
      {},
      /outputs\/model: must be a regular file/,
    ],
  ])('that %s commits nothing and says why', async (_, script, rest, reason) => {
    const run = await trainings.ended((await trainings.submit(script, rest)).id);
    expect(run.state).toBe('failed');
    expect(run.reason).toMatch(reason);
    expect(await trainings.commits(run.output.repository)).toEqual([]);
    await eventually(
      () => jobOf(run.id),
      (job) => job === undefined,
    );
  });

  test('that a quota leaves no room for says so', async () => {
    const quota = { metadata: { name: 'none' }, spec: { hard: { pods: '0' } } };
    await namespace.core.createNamespacedResourceQuota({ namespace: namespace.name, body: quota });
    try {
      await pause(1_000);
      const run = await trainings.ended((await trainings.submit('true')).id);
      expect(run.reason).toMatch(/no pod was made for it: .*exceeded quota: none/);
    } finally {
      await namespace.core.deleteNamespacedResourceQuota({ namespace: namespace.name, name: 'none' });
      await pause(1_000);
    }
  });

  test('that is cancelled ends with its grace, and its log has its last words', async () => {
    const { id } = await trainings.submit(
      'trap "echo saved; exit 3" TERM; echo begun; while :; do sleep 0.1; done',
    );
    await says(id, 'begun');
    await cairn.ask('mutation($id: ID!) { cancelTrainingRun(id: $id) { state } }', { id });
    expect(await trainings.ended(id)).toMatchObject({ state: 'cancelled', exitCode: 3 });
    await eventually(
      () => jobOf(id),
      (job) => job === undefined,
    );
    expect(await trainings.log(id)).toBe('begun\nsaved');
  });

  test('that is cancelled while it waits for a node is gone at once', async () => {
    const { id } = await trainings.submit('true', { resources: { 'nvidia.com/gpu': '9' } });
    await trainings.inState(id, 'running');
    await cairn.ask('mutation($id: ID!) { cancelTrainingRun(id: $id) { state } }', { id });
    expect(await trainings.ended(id)).toMatchObject({ state: 'cancelled' });
  });

  test('whose pod somebody deletes is lost, and one whose pod is evicted says so', async () => {
    const lost = await trainings.submit('echo begun; sleep 60');
    const evicted = await trainings.submit('echo begun; sleep 60');
    await says(lost.id, 'begun');
    await says(evicted.id, 'begun');
    const [pod] = await podsOf(lost.id);
    await namespace.core.deleteNamespacedPod({
      ...{ name: pod!.metadata!.name!, namespace: namespace.name },
      body: { gracePeriodSeconds: 1 },
    });
    node.evict(jobName(evicted.id));
    expect(await trainings.ended(lost.id)).toMatchObject({ state: 'lost' });
    expect((await trainings.ended(evicted.id)).reason).toMatch(/Evicted: The node was low on resource/);
  });
});

describe('whatever happens meanwhile', () => {
  const SLOW = 'echo begun; sleep 4; echo x > "$CAIRN_OUTPUTS/model"; echo done';
  const committedOnce = async (id: string) => {
    const run = await trainings.ended(id);
    expect(run).toMatchObject({ state: 'succeeded' });
    expect(await trainings.commits(run.output.repository)).toHaveLength(1);
    await eventually(
      () => jobOf(id),
      (job) => job === undefined,
    );
    expect(await trainings.log(id)).toBe('begun\ndone');
  };

  test('a run goes on while the service is restarted', async () => {
    const { id } = await trainings.submit(SLOW);
    await says(id, 'begun');
    await cairn.restart();
    await committedOnce(id);
  });

  test('a run that ends while the service is down is committed by the next one', async () => {
    const { id } = await trainings.submit('echo begun; sleep 1; echo x > "$CAIRN_OUTPUTS/model"; echo done');
    await says(id, 'begun');
    const stopped = cairn.restart();
    await stopped;
    await committedOnce(id);
  });

  test.each([
    ['cut', () => wire.cut()],
    ['stalled', () => wire.stall()],
    ['slow', () => wire.slow(400)],
  ])('a run ends truthfully when the way to the API server is %s for a while', async (_, break_) => {
    const { id } = await trainings.submit(SLOW);
    await says(id, 'begun');
    break_();
    await pause(6_000);
    wire.heal();
    await committedOnce(id);
  });

  test('a run that is submitted while the API server is away starts when it is back, and health says so meanwhile', async () => {
    wire.cut();
    const { id } = await trainings.submit(SLOW);
    const health = await eventually(
      async () => (await (await cairn.http('/health/ready')).json()) as any,
      ({ parts }) => parts.execution.report.isReachable === false,
    );
    expect(health.parts.execution).toMatchObject({ isReady: true, isDegraded: true });
    wire.heal();
    await committedOnce(id);
  });

  test('a run ends truthfully when the whole control plane is killed and comes back', async () => {
    const { id } = await trainings.submit('echo begun; sleep 8; echo x > "$CAIRN_OUTPUTS/model"; echo done');
    await says(id, 'begun');
    await killService('kubernetes');
    await pause(3_000);
    await runService('kubernetes', 'start');
    await committedOnce(id);
  });
});

describe('a command is run once', () => {
  const specOf = (id: string) => ({
    ...{ id, command: ['sh', '-c', 'echo ran; echo x > "$CAIRN_OUTPUTS/model"'] as const, environment: {} },
    ...{ timeoutMs: 30_000, graceMs: 1_000 },
  });

  test('a start that comes late, after the execution was forgotten, starts nothing', async () => {
    const { id } = await trainings.submit('echo x > "$CAIRN_OUTPUTS/model"');
    await trainings.ended(id);
    await eventually(
      () => jobOf(id),
      (job) => job === undefined,
    );
    await driver().start(specOf(id));
    expect(await jobOf(id)).toBeUndefined();
    await driver().forget(id);
    await driver().prepare(id, []);
    await driver().start(specOf(id));
    expect(await jobOf(id)).toBeUndefined();
    expect(await driver().observe(id)).toEqual({ kind: 'absent' });
  });

  test('a Job that is applied too late, by a process that had stopped in between, never comes to its command', async () => {
    const { id } = await trainings.submit('echo begun; sleep 2; echo x > "$CAIRN_OUTPUTS/model"');
    const job = await eventually(
      () => jobOf(id),
      (found) => found !== undefined,
    );
    await trainings.ended(id);
    await eventually(
      () => jobOf(id),
      (found) => found === undefined,
    );
    const { name, labels, annotations } = job!.metadata!;
    const { selector: _, ...spec } = job!.spec!;
    const own = (all: Record<string, string> | undefined) =>
      Object.fromEntries(Object.entries(all ?? {}).filter(([key]) => !/controller-uid|job-name/.test(key)));
    spec.template.metadata!.labels = own(spec.template.metadata!.labels);
    await namespace.batch.createNamespacedJob({
      namespace: namespace.name,
      body: { metadata: { name, labels: own(labels), annotations }, spec },
    });
    const [pod] = await eventually(
      () => podsOf(id),
      ([one]) => one?.status?.initContainerStatuses?.[0]?.state?.running !== undefined,
    );
    await pause(1_500);
    const log = await namespace.core.readNamespacedPodLog({
      ...{ name: pod!.metadata!.name!, namespace: namespace.name, container: 'stage-in' },
    });
    expect(log).toContain('HTTP 401');
    const [now] = await podsOf(id);
    expect(now!.status!.initContainerStatuses![1]!.state!.waiting).toBeDefined();
    await driver().discard(id);
    await eventually(
      () => jobOf(id),
      (found) => found === undefined,
    );
  });

  test('a start that was not answered is found by the next look, and not made again', async () => {
    const { id } = await trainings.submit(SLOW_START);
    await says(id, 'begun');
    // As a crash between the API server's answer and the next write leaves it.
    const [{ tokens }] = (await query<{ tokens: string[] }>(
      'UPDATE kubernetes_execution SET job_uid = NULL WHERE id = $1 RETURNING tokens',
      [id],
    )) as [{ tokens: string[] }];
    expect(tokens).toHaveLength(1);
    const run = await trainings.ended(id);
    expect(run.state).toBe('succeeded');
    expect(await trainings.log(id)).toBe('begun');
  });
  const SLOW_START = 'echo begun; sleep 3; echo x > "$CAIRN_OUTPUTS/model"';
});

describe('the doors of staging', () => {
  let id: string;
  let secret: string;
  let pod: string;
  const door = (route: string, init: RequestInit = {}, token = secret, uid = pod) =>
    cairn.http(`/api/v1/executions/${id}/${route}`, {
      ...init,
      token,
      headers: { 'x-cairn-pod': uid, ...(init.headers as Record<string, string>) },
    });
  const json = (body: unknown): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const bytes = (body: string): RequestInit => ({
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream' },
    body,
  });

  beforeAll(async () => {
    ({ id } = await trainings.submit('echo begun; sleep 60'));
    await says(id, 'begun');
    const job = await jobOf(id);
    const { initContainers } = job!.spec!.template.spec!;
    secret = initContainers![0]!.env!.find(({ name }) => name === 'CAIRN_STAGING_TOKEN')!.value!;
    pod = (await podsOf(id))[0]!.metadata!.uid!;
  });

  test('open for the one credential and the one pod', async () => {
    expect((await door('files')).status).toBe(200);
    expect((await door('files', {}, 'cst_wrong')).status).toBe(401);
    expect((await door('files', {}, cairn.adminToken)).status).toBe(401);
    expect((await door('files', {}, secret, '6f1c8c5e-1111-4222-8333-444455556666')).status).toBe(403);
    expect((await door('files', {}, secret, 'no-uid')).status).toBe(400);
    const elsewhere = await cairn.http('/api/v1/executions/6f1c8c5e-1111-4222-8333-444455556666/files', {
      token: secret,
    });
    expect(elsewhere.status).toBe(401);
    expect((await cairn.http('/api/v1/executions/none/files', { token: secret })).status).toBe(401);
  });

  test('give what is to be laid out, and nothing else', async () => {
    const { mounts, files } = (await (await door('files?after=0')).json()) as any;
    expect(mounts).toEqual(['penguins']);
    expect(files).toMatchObject([{ position: 1, mount: 'penguins', path: 'penguins.csv' }]);
    const text = await (await door('files/1')).text();
    expect(createHash('sha256').update(text).digest('hex')).toBe(files[0].sha256);
    for (const [route, status] of [
      ['files/2', 404],
      ['files/0', 400],
      ['files/x', 400],
      ['files?after=-1', 400],
      ['files?after=x', 400],
    ] as const)
      expect([route, (await door(route)).status]).toEqual([route, status]);
  });

  test('refuse outputs that break a rule, by name', async () => {
    for (const path of ['../x', 'a/../b', '/a', '', 'a//b', 'n'.repeat(300)]) {
      const answer = await door(`outputs?path=${encodeURIComponent(path)}`, bytes('x'));
      expect([path, answer.status]).toEqual([path, 400]);
      expect(((await answer.json()) as any).field).toBe('path');
    }
    const sha256 = createHash('sha256').update('x').digest('hex');
    for (const body of [
      {},
      { files: 'x' },
      { files: [{ path: '../a', sha256 }] },
      { files: [{ path: 'a', sha256: 'x' }] },
      { refused: {} },
    ])
      expect((await door('outputs', json(body))).status).toBe(400);
    const missing = await door('outputs', json({ files: [{ path: 'never-sent', sha256 }] }));
    expect(((await missing.json()) as any).detail).toContain('did not arrive');
  });

  test('take outputs again and again until they are complete, and never after', async () => {
    const sent = async (path: string, body: string) => ({
      path,
      sha256: ((await (await door(`outputs?path=${path}`, bytes(body))).json()) as { sha256: string }).sha256,
    });
    await sent('model', 'first');
    const left = await sent('left-over', 'x');
    const model = await sent('model', 'second');
    expect((await door('outputs', json({ files: [model] }))).status).toBe(204);
    expect((await door('outputs', json({ files: [model] }))).status).toBe(204);
    expect((await door('outputs', json({ files: [model, left] }))).status).toBe(409);
    expect((await door('outputs', json({ refused: { path: 'model', reason: 'no' } }))).status).toBe(409);
    expect((await door('outputs?path=model', bytes('third'))).status).toBe(409);
    const found: string[] = [];
    for await (const { path, open } of driver().outputs(id)) {
      const text = [];
      for await (const chunk of open()) text.push(chunk);
      found.push(`${path}: ${Buffer.concat(text).toString()}`);
    }
    expect(found).toEqual(['model: second']);
  });

  test('are shut once the end was seen', async () => {
    await cairn.ask('mutation($id: ID!) { cancelTrainingRun(id: $id) { state } }', { id });
    await trainings.ended(id);
    expect((await door('files')).status).toBe(401);
    expect((await door('outputs?path=late', bytes('x'))).status).toBe(401);
  });
});

test('housekeeping forgets the logs of runs at last', async () => {
  await query(
    `UPDATE training_run SET finished_at = now() - interval '31 days' WHERE finished_at IS NOT NULL`,
  );
  await cairn.app.get(Housekeeping).clear();
  expect(await query('SELECT 1 FROM kubernetes_execution_log')).toEqual([]);
  expect(await query(`SELECT DISTINCT kept FROM kubernetes_execution`)).toEqual([{ kept: 'nothing' }]);
});
