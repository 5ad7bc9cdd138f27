import { randomBytes, randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import {
  changedKubeconfig,
  type ClusterObject,
  podSpec,
  TestCluster,
  tokenKubeconfig,
} from './support/cluster.js';
import { succeed } from './support/command.js';
import { eventually } from './support/eventually.js';
import { startFaultProxy } from './support/fault-proxy.js';
import { Replicas } from './support/replicas.js';
import { killService, runService, serviceEnvironment } from './support/services.js';
import { runIdOf } from '../src/sources/kubernetes/telling/cluster.js';

const NAMESPACE = `source-${randomBytes(4).toString('hex')}`;
const cluster = new TestCluster();
let cairn: TestCairn;
let clusterUid: string;

const object = (apiVersion: string, kind: string, name: string, parts: object = {}): ClusterObject => ({
  ...{ apiVersion, kind },
  ...parts,
  metadata: { name, namespace: NAMESPACE, ...(parts as ClusterObject).metadata },
});
const job = (name: string, template: object = {}, parts: object = {}) =>
  object('batch/v1', 'Job', name, {
    spec: { backoffLimit: 0, template: { spec: podSpec(), ...template } },
    ...parts,
  });
const FAILS = {
  labels: { 'pod-container-running-failed.stage.kwok.x-k8s.io': 'true' },
  annotations: {
    'pod-container-running-failed.stage.kwok.x-k8s.io/exit-code': '3',
    'pod-container-running-failed.stage.kwok.x-k8s.io/reason': 'OutOfLuck',
    'pod-container-running-failed.stage.kwok.x-k8s.io/message': 'password=hunter2 was wrong',
  },
};
/** For kwok: runs until it is told to end. */
const ENDS = 'pod-complete.stage.kwok.x-k8s.io/delay';
const FAILURE_ENDS = 'pod-container-running-failed.stage.kwok.x-k8s.io/delay';
const LONG = { annotations: { [ENDS]: '600s' } };
const tellToEnd = (its: ClusterObject, how = ENDS) =>
  cluster.patch(its, { metadata: { annotations: { [how]: '0s' } } });

const ADMIN = cluster.kubeconfig;
const endpoint = serviceEnvironment('kubernetes')['KUBERNETES_ENDPOINT']!;
const source = (kubeconfig = ADMIN) => ({
  ...{ KUBERNETES_SOURCE: 'true', KUBERNETES_SOURCE_SUBJECT: 'user:admin', KUBECONFIG: kubeconfig },
  KUBERNETES_CLUSTER_NAME: 'test',
});
const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-kubernetes-'));
let cronJob: ClusterObject;

beforeAll(async () => {
  await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  const system = await cluster.find({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'kube-system' },
  });
  clusterUid = system!.metadata!.uid!;
  // Its first Job comes with the next minute.
  const jobTemplate = { spec: { backoffLimit: 0, template: { spec: podSpec() } } };
  cronJob = await cluster.create(
    object('batch/v1', 'CronJob', 'nightly', { spec: { schedule: '* * * * *', jobTemplate } }),
  );
  cairn = await startTestCairn(source());
}, 60_000);
afterAll(async () => {
  await cairn?.stop();
  await cluster.remove({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  rmSync(folder, { recursive: true, force: true });
});

const DATASETS = '{ asset { asset { identityNamespace identityName } } version }';
const RUN = `query($id: ID!) { lineageRun(id: $id) { id state startedAt endedAt parentRunId facets
  job { id identityNamespace identityName } inputs ${DATASETS} outputs ${DATASETS} } }`;
const runId = (of: ClusterObject) => runIdOf(clusterUid, of.metadata!.uid!);

/** The run of an object as lineage knows it; undefined before it does. */
async function runOf(of: ClusterObject, by = cairn): Promise<any> {
  const { data, errors } = await by.graphql(RUN, { id: runId(of) });
  const unexpected = errors?.find(({ extensions }) => extensions['code'] !== 'NOT_FOUND');
  if (unexpected) throw new Error(unexpected.message);
  return data?.lineageRun ?? undefined;
}

/** Asks until the run is as it should be. */
async function until(of: ClusterObject, holds: (run: any) => boolean, by = cairn): Promise<any> {
  return eventually(
    () => runOf(of, by),
    (run) => run !== undefined && holds(run),
  );
}
const ended = (run: any) => run.endedAt !== null;
const isRunning = (run: any) => run.state === 'running';
const names = (datasets: any[]) =>
  datasets
    .map(({ asset: { asset }, version }) => [asset.identityNamespace, asset.identityName, version])
    .sort();
const podsOf = async (owner: ClusterObject): Promise<ClusterObject[]> =>
  (await cluster.list('v1', 'Pod', NAMESPACE)).filter(({ metadata }) =>
    metadata!.ownerReferences?.some(({ uid }) => uid === owner.metadata!.uid),
  );
async function podOf(owner: ClusterObject): Promise<ClusterObject> {
  const [pod] = await eventually(
    () => podsOf(owner),
    (pods) => pods.length > 0,
  );
  return pod!;
}
const pod = (name: string, parts: object = {}, spec: object = podSpec()) =>
  object('v1', 'Pod', name, { spec, ...parts });
const health = async (by = cairn): Promise<any> =>
  ((await (await by.http('/health/ready')).json()) as any).parts.kubernetes;
const untilDegraded = (expected: boolean, by = cairn): Promise<any> =>
  eventually(
    () => health(by),
    ({ isDegraded }) => isDegraded === expected,
  );

describe('a Job', () => {
  test('that succeeds is a run, its pod another below it, with their true times', async () => {
    const made = await cluster.create(job('good'));
    const run = await until(made, ended);
    const seen = await cluster.until(made, (found) => found?.status?.completionTime !== undefined);
    expect(run).toMatchObject({
      ...{ state: 'complete', parentRunId: null },
      job: { identityNamespace: 'kubernetes://test', identityName: `${NAMESPACE}/Job/good` },
    });
    expect(Date.parse(run.startedAt)).toBe(new Date(seen.status.startTime).getTime());
    expect(Date.parse(run.endedAt)).toBe(new Date(seen.status.completionTime).getTime());
    const itsPod = await podOf(made);
    const podRun = await until(itsPod, ended);
    expect(podRun).toMatchObject({ state: 'complete', parentRunId: run.id, job: run.job });
    expect(podRun.facets.parent.root).toEqual({
      run: { runId: run.id },
      job: { namespace: 'kubernetes://test', name: `${NAMESPACE}/Job/good` },
    });
    expect(podRun.facets.cairn_kubernetes).toMatchObject({
      ...{ kind: 'Pod', uid: itsPod.metadata!.uid, namespace: NAMESPACE, phase: 'Succeeded' },
      ...{ containers: [{ name: 'main', exitCode: 0 }], node: itsPod.spec.nodeName },
    });
    expect(JSON.stringify(podRun.facets)).not.toContain('busybox:1.36');
  });

  test('that fails says how, without the secrets in it', async () => {
    const made = await cluster.create(job('bad', { metadata: FAILS }));
    const run = await until(made, ended);
    expect([run.state, run.facets.errorMessage.message]).toEqual([
      'fail',
      'BackoffLimitExceeded: Job has reached the specified backoff limit',
    ]);
    const podRun = await until(await podOf(made), ended);
    expect(podRun.state).toBe('fail');
    expect(podRun.facets.errorMessage.message).toMatch(
      /^container main exited with 3 \(OutOfLuck: password=\*\*\* /,
    );
    expect(podRun.facets.cairn_kubernetes.containers).toEqual([
      { name: 'main', exitCode: 3, reason: 'OutOfLuck', restartCount: 0 },
    ]);
  });
});

describe('what lineage is told', () => {
  test('names the images by digest, as soon as it is known, and never by tag', async () => {
    const made = await cluster.create(pod('digest', {}, podSpec({ restartPolicy: 'Always' })));
    await until(made, isRunning);
    const found = await cluster.until(made, (each) => each?.status?.containerStatuses?.length === 1);
    const digest = `sha256:${'a'.repeat(64)}`;
    const [status] = found.status.containerStatuses;
    await cluster.patchStatus(made, {
      containerStatuses: [
        { ...status, imageID: `docker-pullable://registry.example/busybox:1.36@${digest}` },
      ],
    });
    const run = await until(made, ({ facets }) => facets.cairn_kubernetes.containers[0].image !== undefined);
    expect(run.facets.cairn_kubernetes.containers[0].image).toBe(`registry.example/busybox@${digest}`);
    expect(run.job.identityName).toBe(`${NAMESPACE}/Pod/digest`);
    await cluster.remove(made, 0);
    expect(await until(made, ended)).toMatchObject({
      state: 'abort',
      facets: { errorMessage: { message: expect.stringContaining('before it had ended') } },
    });
  });

  test('links the data that annotations name, and shows the entries that name none', async () => {
    const commit = 'c'.repeat(64);
    const annotations = {
      'cairn.dev/inputs': `postgres://db:5432 shop.public.orders, s3://lake raw/orders\ncairn://orders@${commit}, nonsense`,
      'cairn.dev/outputs': '[{"namespace": "s3://lake", "name": "clean, orders"}, "s3://lake daily"]',
    };
    const made = await cluster.create(job('linked', { metadata: { annotations } }));
    const run = await until(await podOf(made), ended);
    expect(names(run.inputs)).toEqual([
      ['cairn', 'orders', commit],
      ['postgres://db:5432', 'shop.public.orders', null],
      ['s3://lake', 'raw/orders', null],
    ]);
    expect(names(run.outputs)).toEqual([
      ['s3://lake', 'clean, orders', null],
      ['s3://lake', 'daily', null],
    ]);
    expect(run.facets.extractionError.errors).toEqual([
      { errorMessage: 'cairn.dev/inputs: "nonsense" must be NAMESPACE NAME, with one blank between them' },
    ]);
    expect(names((await until(made, ended)).outputs)).toHaveLength(2);
    const failing = await cluster.create(
      job('linked-bad', { metadata: { ...FAILS, annotations: { ...FAILS.annotations, ...annotations } } }),
    );
    const failed = await until(await podOf(failing), ended);
    expect([failed.inputs.length, failed.outputs.length]).toEqual([3, 0]);
  });

  test('hangs a pod below the run that launched it, as OPENLINEAGE_PARENT_ID says', async () => {
    const [parent, root] = [randomUUID(), randomUUID()];
    const env = [
      { name: 'OPENLINEAGE_NAMESPACE', value: 'airflow' },
      { name: 'OPENLINEAGE_PARENT_ID', value: `airflow/etl.load/${parent}` },
      { name: 'OPENLINEAGE_ROOT_PARENT_ID', value: `airflow/etl/${root}` },
    ];
    const made = await cluster.create(pod('launched', {}, podSpec({ env })));
    const run = await until(made, ended);
    expect(run.facets.parent).toMatchObject({
      ...{ run: { runId: parent }, job: { namespace: 'airflow', name: 'etl.load' } },
      root: { run: { runId: root }, job: { namespace: 'airflow', name: 'etl' } },
    });
    expect([run.parentRunId, run.facets.cairn_kubernetes.openLineageNamespace]).toEqual([parent, 'airflow']);
  });

  test('is told once, however often it is seen', async () => {
    const made = await cluster.create(job('once'));
    await until(made, ended);
    const itsPod = await podOf(made);
    await until(itsPod, ended);
    const before = await eventsOf(made, itsPod);
    await cluster.patch(itsPod, { metadata: { labels: { touched: 'yes' } } });
    await cairn.restart();
    const after = await cluster.create(job('after-restart'));
    await until(after, ended);
    expect(await eventsOf(made, itsPod)).toEqual(before);
    expect(before.map(({ eventType }) => eventType).sort()).toEqual(
      expect.arrayContaining(['COMPLETE', 'COMPLETE', 'START', 'START']),
    );
  });
});

/** Events of some objects, as the log has them. */
async function eventsOf(...of: ClusterObject[]): Promise<{ id: string; eventType: string }[]> {
  const ids = new Set(of.map(runId));
  const found: any[] = [];
  for (let after: string | null = null, more = true; more;) {
    const { lineageEvents }: any = await cairn.ask(
      'query($after: String) { lineageEvents(first: 200, after: $after) { nodes { id body } pageInfo { hasNextPage endCursor } } }',
      { after },
    );
    found.push(...lineageEvents.nodes);
    ({ hasNextPage: more, endCursor: after } = lineageEvents.pageInfo);
  }
  return found
    .filter(({ body }) => ids.has(body.run?.runId))
    .map(({ id, body }) => ({ id, eventType: body.eventType }))
    .sort((a, b) => a.id.localeCompare(b.id));
}

describe('a workload that stands', () => {
  test('as a Deployment is the parent of its pods, and ends when it is taken away', async () => {
    const labels = { app: 'web' };
    const made = await cluster.create(
      object('apps/v1', 'Deployment', 'web', {
        spec: {
          ...{ replicas: 2, selector: { matchLabels: labels } },
          template: { metadata: { labels }, spec: podSpec({ restartPolicy: 'Always' }) },
        },
      }),
    );
    const run = await until(made, isRunning);
    const pods = (await cluster.list('v1', 'Pod', NAMESPACE)).filter(
      ({ metadata }) => metadata!.labels?.['app'],
    );
    expect(pods).toHaveLength(2);
    for (const each of pods) {
      const podRun = await until(each, isRunning);
      expect(podRun).toMatchObject({ parentRunId: run.id, job: run.job });
      expect(podRun.facets.parent.root.run.runId).toBe(run.id);
    }
    const { asset } = await cairn.ask('query($id: ID!) { asset(id: $id) { facets } }', { id: run.job.id });
    expect(asset.facets.jobType).toMatchObject({
      ...{ processingType: 'SERVICE', integration: 'KUBERNETES', jobType: 'DEPLOYMENT' },
    });
    await cluster.remove(made);
    expect((await until(made, ended)).state).toBe('complete');
    for (const each of pods) expect((await until(each, ended)).state).toBe('abort');
  });

  test('as a CronJob is the root of its Jobs and their pods', async () => {
    const isItsJob = ({ metadata }: ClusterObject) =>
      metadata!.ownerReferences?.[0]?.uid === cronJob.metadata!.uid;
    const itsJob = (await eventually(async () =>
      (await cluster.list('batch/v1', 'Job', NAMESPACE)).find(isItsJob),
    ))!;
    const root = await until(cronJob, isRunning);
    expect(root.facets.cairn_kubernetes).toMatchObject({ schedule: '* * * * *', phase: 'Scheduled' });
    const jobRun = await until(itsJob, ended);
    const podRun = await until(await podOf(itsJob), ended);
    expect([podRun.parentRunId, jobRun.parentRunId]).toEqual([jobRun.id, root.id]);
    expect(podRun.facets.parent.root.run.runId).toBe(root.id);
    expect([podRun.job, jobRun.job]).toEqual([root.job, root.job]);
    expect(root.job.identityName).toBe(`${NAMESPACE}/CronJob/nightly`);
    const scheduled = itsJob.metadata!.annotations!['batch.kubernetes.io/cronjob-scheduled-timestamp']!;
    for (const each of [podRun, jobRun])
      expect(Date.parse(each.facets.nominalTime.nominalStartTime)).toBe(Date.parse(scheduled));
    await cluster.remove(cronJob);
    expect((await until(cronJob, ended)).state).toBe('complete');
  });
});

describe('a gap', () => {
  test('in which objects ended and were deleted is told afterwards, with true times where there are any', async () => {
    const long = { metadata: LONG };
    const failsLater = {
      ...FAILS,
      annotations: { ...FAILS.annotations, [FAILURE_ENDS]: '600s', ...LONG.annotations },
    };
    const [finishes, vanishes, loses, jobGoes, fails] = await Promise.all([
      cluster.create(job('finishes', long)),
      cluster.create(pod('vanishes', long)),
      cluster.create(job('loses-its-pod', long)),
      cluster.create(job('goes', long)),
      cluster.create(job('fails-later', { metadata: failsLater })),
    ]);
    const podsBefore = await Promise.all([finishes, loses, jobGoes, fails].map(podOf));
    for (const each of [finishes, vanishes, loses, jobGoes, fails, ...podsBefore])
      await until(each, isRunning);
    await cairn.away(async () => {
      await tellToEnd(podsBefore[0]!);
      await tellToEnd(podsBefore[3]!, FAILURE_ENDS);
      const done = await cluster.until(finishes, (found) => found?.status?.completionTime !== undefined);
      expect(done).toBeDefined();
      await cluster.until(fails, (found) => found?.status?.failed === 1);
      const made = [vanishes, podsBefore[1]!, jobGoes];
      for (const each of made) await cluster.remove(each, 0);
      for (const each of [...made, podsBefore[2]!]) await cluster.until(each, (found) => found === undefined);
      // What came meanwhile and is over is told whole.
      await cluster.create(job('meanwhile'));
      await cluster.until(job('meanwhile'), (found) => found?.status?.completionTime !== undefined);
    });
    const seen = await cluster.find(finishes);
    const run = await until(finishes, ended);
    expect([run.state, Date.parse(run.endedAt)]).toEqual([
      ...['complete', new Date(seen!.status.completionTime).getTime()],
    ]);
    const itsPod = await cluster.find(podsBefore[0]!);
    const { finishedAt } = itsPod!.status.containerStatuses[0].state.terminated;
    const podRun = await until(podsBefore[0]!, ended);
    expect([podRun.state, Date.parse(podRun.endedAt)]).toEqual(['complete', new Date(finishedAt).getTime()]);
    expect([(await until(fails, ended)).state, (await until(podsBefore[3]!, ended)).state]).toEqual([
      'fail',
      'fail',
    ]);
    for (const each of [vanishes, jobGoes, podsBefore[2]!]) {
      const gone = await until(each, ended);
      expect([gone.state, gone.facets.errorMessage.message]).toEqual([
        ...['abort', expect.stringMatching(/is gone, and nobody saw how it ended/)],
      ]);
    }
    const meanwhile = await cluster.find(job('meanwhile'));
    expect(await until(meanwhile!, ended)).toMatchObject({ state: 'complete' });
    const lost = await until(podsBefore[1]!, ended);
    expect([lost.state, lost.facets.errorMessage.message]).toEqual([
      ...['fail', expect.stringMatching(/^The Pod is gone; its Job failed: BackoffLimitExceeded/)],
    ]);
    expect((await until(loses, ended)).endedAt).toBe(lost.endedAt);
  });
});

describe('the API server', () => {
  test.each([
    ['stopped and started', () => runService('kubernetes', 'stop')],
    ['killed', () => killService('kubernetes')],
  ])('that is %s is noticed, and read on afterwards', async (_, end) => {
    const name = `outage-${randomBytes(3).toString('hex')}`;
    const before = await cluster.create(job(name, { metadata: LONG }));
    await until(before, isRunning);
    await end();
    try {
      await untilDegraded(true);
      expect(await health()).toMatchObject({ isReady: true, report: { isLeader: true } });
    } finally {
      await runService('kubernetes', 'start');
    }
    const after = await cluster.create(job(`${name}-after`));
    expect((await until(after, ended)).state).toBe('complete');
    await tellToEnd(await podOf(before));
    expect((await until(before, ended)).state).toBe('complete');
    await untilDegraded(false);
  });

  test('behind a bad wire is read all the same: slow, cut, and silent', async () => {
    const proxy = await startFaultProxy({ port: Number(new URL(endpoint).port) });
    const kubeconfig = changedKubeconfig(ADMIN, path.join(folder, 'proxied'), (text) =>
      text.replace(endpoint, `https://127.0.0.1:${proxy.port}`),
    );
    const behind = await startTestCairn(source(kubeconfig));
    try {
      const states = async (name: string) =>
        (await until(await cluster.create(job(name)), ended, behind)).state;
      expect(await states('by-good-wire')).toBe('complete');
      proxy.slow(300);
      expect(await states('by-slow-wire')).toBe('complete');
      proxy.heal();
      proxy.cut();
      const made = await cluster.create(job('by-cut-wire'));
      await untilDegraded(true, behind);
      expect(await runOf(made, behind)).toBeUndefined();
      proxy.heal();
      expect((await until(made, ended, behind)).state).toBe('complete');
      await untilDegraded(false, behind);
      proxy.stall();
      const stalled = await cluster.create(job('by-silent-wire'));
      // Connections that were made before stay silent; that is noticed, and new ones are made.
      await untilDegraded(true, behind);
      proxy.cut();
      proxy.heal();
      expect((await until(stalled, ended, behind)).state).toBe('complete');
    } finally {
      await behind.stop();
      await proxy.close();
    }
  }, 240_000);

  test('whose versions were compacted away is listed anew, and nothing is told twice', async () => {
    const proxy = await startFaultProxy({ port: Number(new URL(endpoint).port) });
    const kubeconfig = changedKubeconfig(ADMIN, path.join(folder, 'compacted'), (text) =>
      text.replace(endpoint, `https://127.0.0.1:${proxy.port}`),
    );
    const behind = await startTestCairn(source(kubeconfig));
    try {
      const before = await cluster.create(job('before-compaction'));
      await until(before, ended, behind);
      proxy.cut();
      await untilDegraded(true, behind);
      const missed = await cluster.create(job('amid-compaction'));
      await cluster.until(missed, (found) => found?.status?.completionTime !== undefined);
      await compact();
      // The API server keeps a window of events in memory; a new one has none of before.
      await runService('kubernetes', 'stop');
      await runService('kubernetes', 'start');
      proxy.heal();
      expect((await until(missed, ended, behind)).state).toBe('complete');
      const metrics = await (await behind.http('/metrics')).text();
      expect(/cairn_kubernetes_relists_total\{kind="\w+",reason="expired"\} [1-9]/.test(metrics)).toBe(true);
    } finally {
      await behind.stop();
      await proxy.close();
    }
  }, 240_000);
});

/** Drops what etcd keeps of the past. */
async function compact(): Promise<void> {
  const etcd = `http://127.0.0.1:${process.env['KUBERNETES_ETCD_PORT'] ?? '12379'}`;
  const post = async (route: string, body: object) =>
    (await (await fetch(`${etcd}${route}`, { method: 'POST', body: JSON.stringify(body) })).json()) as any;
  const { header } = await post('/v3/kv/range', { key: Buffer.from('x').toString('base64') });
  await post('/v3/kv/compaction', { revision: header.revision, physical: true });
}

test('one replica watches, and another takes over when it dies', async () => {
  const replicas = await Replicas.start(2, source());
  try {
    const leads = async (place: number) => {
      const parts: any = await (await fetch(`${replicas.url(place)}/health/ready`)).json();
      return parts.parts.kubernetes.report.isLeader as boolean;
    };
    const state = async (place: number, of: ClusterObject) => {
      const ask = replicas.ask(place, 'query($id: ID!) { lineageRun(id: $id) { state } }', { id: runId(of) });
      return (await ask.catch(() => undefined))?.lineageRun.state;
    };
    const first = await cluster.create(job('first-watch'));
    await eventually(
      () => state(0, first),
      (is) => is === 'complete',
    );
    const leaders = await Promise.all([leads(0), leads(1)]);
    expect(leaders.filter(Boolean)).toHaveLength(1);
    const [leader, other] = leaders[0] ? [0, 1] : [1, 0];
    const amid = await cluster.create(job('amid-takeover'));
    await replicas.end(leader, 'SIGKILL');
    await eventually(
      () => state(other, amid),
      (is) => is === 'complete',
    );
    expect(await leads(other)).toBe(true);
    const twice = await replicas.rows(
      "SELECT body->'run'->>'runId' FROM lineage_event WHERE principal = 'user:admin' AND body->>'eventType' = 'COMPLETE' GROUP BY 1 HAVING count(*) > 1",
    );
    expect(twice).toEqual([]);
  } finally {
    await replicas.stop();
  }
});

describe('rights', () => {
  /** A service account with what a rendered role of the chart says. */
  async function account(name: string, rules: object[]): Promise<string> {
    const metadata = { name, namespace: NAMESPACE };
    await cluster.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
    const role = `${NAMESPACE}-${name}`;
    const group = 'rbac.authorization.k8s.io';
    await cluster.create({ apiVersion: `${group}/v1`, kind: 'ClusterRole', metadata: { name: role }, rules });
    await cluster.create({
      ...{ apiVersion: `${group}/v1`, kind: 'ClusterRoleBinding', metadata: { name: role } },
      roleRef: { apiGroup: group, kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'ServiceAccount', name, namespace: NAMESPACE }],
    });
    const token = await cluster.token(NAMESPACE, name);
    return tokenKubeconfig(ADMIN, path.join(folder, name), token);
  }
  async function chartRules(): Promise<any[]> {
    const settings = [
      'kubernetes.source.enabled=true',
      'database.existingSecret=d',
      'adminToken.existingSecret=a',
      'secretKey.existingSecret=s',
    ];
    const words = [...settings, 'objectStore.bucket=objects'].flatMap((each) => ['--set', each]);
    const helm = path.join(serviceEnvironment('tools')['PATH']!.split(':')[0]!, 'helm');
    const text = await succeed(helm, ['template', 'it', 'charts/cairn', ...words], {
      env: { HELM_CACHE_HOME: folder },
    });
    const role = parseAllDocuments(text)
      .map((document) => document.toJS() as any)
      .find((resource) => resource?.kind === 'ClusterRole');
    return role.rules;
  }

  test('that the chart gives are enough', async () => {
    const by = await startTestCairn(source(await account('exact', await chartRules())));
    try {
      const made = await cluster.create(job('by-exact-rights'));
      expect((await until(made, ended, by)).state).toBe('complete');
      expect((await health(by)).isDegraded).toBe(false);
    } finally {
      await by.stop();
    }
  });

  test('that are missing for a kind are told by its name, and the others are read', async () => {
    const rules = (await chartRules()).filter(({ apiGroups }) => apiGroups[0] !== 'batch');
    const by = await startTestCairn(source(await account('less', rules)));
    try {
      const made = await cluster.create(pod('by-less-rights'));
      expect((await until(made, ended, by)).state).toBe('complete');
      const { isDegraded, report } = await health(by);
      expect(isDegraded).toBe(true);
      expect(report.scopes.jobs.problem).toMatch(/jobs\.batch is forbidden.*cannot list resource "jobs"/);
      expect(report.scopes.pods.problem).toBeUndefined();
    } finally {
      await by.stop();
    }
  });

  test('of the subject are asked: data that it may not speak of is left out, all else is told', async () => {
    const policies = path.join(folder, 'policies');
    cpSync('policies', policies, { recursive: true });
    writeFileSync(path.join(policies, 'places.csv'), 'kubernetes://**, workloads\n**, external\n');
    writeFileSync(
      path.join(policies, 'workloads.csv'),
      ['g2, workloads, *', 'g, service:kubernetes, role:emitter, workloads, -, -', ''].join('\n'),
    );
    const env = { ...source(), KUBERNETES_SOURCE_SUBJECT: 'service:kubernetes', CAIRN_POLICY_DIR: policies };
    const by = await startTestCairn(env);
    try {
      await eventually(
        () => health(by),
        ({ report }) => report.lastError?.includes('service:kubernetes'),
      );
      await by.tokenFor('service:kubernetes');
      const annotations = { 'cairn.dev/inputs': 'n in', 'cairn.dev/outputs': 'n out' };
      const made = await cluster.create(pod('claims', { metadata: { annotations } }));
      const run = await until(made, ended, by);
      expect([run.state, run.inputs.length, run.outputs]).toEqual(['complete', 1, []]);
      expect(run.facets.extractionError.errors[0].errorMessage).toMatch(
        /^cairn.dev\/outputs: not taken \(n out\)/,
      );
      await untilDegraded(false, by);
    } finally {
      await by.stop();
    }
  });

  test('to some namespaces are used for these only', async () => {
    const by = await startTestCairn({ ...source(), KUBERNETES_SOURCE_NAMESPACES: `${NAMESPACE}, default` });
    try {
      await until(await cluster.create(pod('in-a-namespace')), ended, by);
      const { scopes } = (await health(by)).report;
      expect(Object.keys(scopes)).toContain(`pods in ${NAMESPACE}`);
      expect(Object.keys(scopes)).toHaveLength(8);
      const system = await by.ask(
        '{ assets(filter: { kinds: [job] }, first: 100) { nodes { identityNamespace identityName } } }',
      );
      const workloads = system.assets.nodes.filter(
        (each: any) => each.identityNamespace === 'kubernetes://test',
      );
      expect(workloads.length).toBeGreaterThan(5);
      for (const { identityName } of workloads)
        expect(identityName).toMatch(new RegExp(`^(${NAMESPACE}|default)/`));
    } finally {
      await by.stop();
    }
  });
});
