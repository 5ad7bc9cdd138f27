import { createHash, randomBytes } from 'node:crypto';
import { CoreV1Api, KubeConfig, Watch } from '@kubernetes/client-node';
import { ms, percent, progress, table } from './support/report.mjs';
import { startBenchCairn, untilQuiet } from './support/service.mjs';
import { percentile } from './support/statistics.mjs';

const PODS = 1_000;
const MAKERS = 16;
const RUN_MS = 15_000;
const LOOK_MS = 20;
const QUIET_MS = 10_000;
const STATES = { Running: 2, Succeeded: 3 };

/**
 * How long after a change of a pod lineage shows it, at 1,000 pods that come, run and end: beside the moment in which a bare watch of
 * the same API server sees the same change (the floor), and beside the time that the cluster itself gives it, in whole seconds. Needs
 * KUBECONFIG of a cluster whose pods run by themselves: `scripts/services/kubernetes.sh`.
 */
export async function run({ nodeOptions }) {
  const config = new KubeConfig();
  config.loadFromFile(process.env.KUBECONFIG);
  const core = config.makeApiClient(CoreV1Api);
  const namespace = `bench-${randomBytes(4).toString('hex')}`;
  await core.createNamespace({ body: { metadata: { name: namespace } } });
  const cairn = await startBenchCairn(nodeOptions, {
    ...{ KUBERNETES_SOURCE: 'true', KUBERNETES_SOURCE_SUBJECT: 'user:admin' },
    ...{ KUBERNETES_SOURCE_NAMESPACES: namespace },
  });
  const { metadata } = await core.readNamespace({ name: 'kube-system' });
  const changes = new Map();
  const watch = await watchPods(config, namespace, metadata.uid, changes);
  try {
    await untilWatched(cairn.url);
    const looking = look(cairn.service, changes);
    const nodes = (await core.listNode()).items.map((node) => node.metadata.name);
    const before = await usageOf(cairn.url);
    const began = performance.now();
    await makePods(core, namespace, nodes);
    const makingMs = performance.now() - began;
    await looking;
    const churnMs = performance.now() - began;
    const churn = await usageOf(cairn.url);
    await untilQuiet(cairn.service);
    const still = await usageOf(cairn.url);
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    const quiet = await usageOf(cairn.url);

    const all = [...changes.values()];
    const rows = [['', 'changes', 'p50', 'p95', 'max']];
    const row = (name, some, from) => {
      const delays = some.map((change) => change.visibleAt - from(change));
      rows.push([
        name,
        String(delays.length),
        ...[percentile(delays, 0.5), percentile(delays, 0.95), Math.max(...delays)].map(ms),
      ]);
    };
    console.log(
      `\nkubernetes ${PODS.toLocaleString('en')} pods made in ${(makingMs / 1000).toFixed(1)} s, run for ${RUN_MS / 1000} s each`,
    );
    rows.push(floorRow(all));
    for (const [phase, name] of [
      ['Running', 'running in lineage, after the bare watch'],
      ['Succeeded', 'complete in lineage, after the bare watch'],
    ])
      row(
        name,
        all.filter((change) => change.phase === phase),
        ({ watchedAt }) => watchedAt,
      );
    row('both, after the time of the cluster', all, ({ clusterAt }) => clusterAt);
    table(rows);
    const late = all.filter(({ visibleAt, clusterAt }) => visibleAt - clusterAt > 5_000).length;
    console.log(`  later than 5 s: ${late}`);
    console.log(
      `  processor of the service: ${percent(churn.cpuSeconds - before.cpuSeconds, churnMs / 1000)} of a core in the churn, ` +
        `${percent(quiet.cpuSeconds - still.cpuSeconds, QUIET_MS / 1000)} with ${PODS.toLocaleString('en')} pods that do nothing; ` +
        `memory ${Math.round(before.memoryBytes / 2 ** 20)} → ${Math.round(quiet.memoryBytes / 2 ** 20)} MiB`,
    );
  } finally {
    watch.abort();
    await core.deleteNamespace({ name: namespace });
    await cairn.stop();
  }
}

/** What the floor itself costs: the bare watch beside the time of the cluster. */
function floorRow(all) {
  const delays = all.map(({ watchedAt, clusterAt }) => watchedAt - clusterAt);
  return [
    ...['floor: bare watch, after the time of the cluster', String(delays.length)],
    ...[percentile(delays, 0.5), percentile(delays, 0.95), Math.max(...delays)].map(ms),
  ];
}

/** Notes when a bare watch sees that a pod runs, and that it has succeeded. */
async function watchPods(config, namespace, cluster, changes) {
  return new Watch(config).watch(
    `/api/v1/namespaces/${namespace}/pods`,
    {},
    (_, { metadata, status }) => {
      const { phase } = status;
      const key = `${metadata.uid} ${phase}`;
      if (!(phase in STATES) || changes.has(key)) return;
      const { state } = status.containerStatuses[0];
      const at = phase === 'Running' ? state.running.startedAt : state.terminated.finishedAt;
      changes.set(key, {
        ...{ phase, runId: runIdOf(cluster, metadata.uid) },
        ...{ watchedAt: Date.now(), clusterAt: Date.parse(at), visibleAt: undefined },
      });
    },
    () => undefined,
  );
}

/** Looks into the graph again and again, until all changes of all pods are in it. */
async function look(pool, changes) {
  for (;;) {
    const waiting = [...changes.values()].filter(({ visibleAt }) => visibleAt === undefined);
    const { rows } = await pool.query(
      'SELECT run_id, state FROM lineage_run WHERE run_id = ANY($1::uuid[]) AND state >= 2',
      [[...new Set(waiting.map(({ runId }) => runId))]],
    );
    const now = Date.now();
    const states = new Map(rows.map(({ run_id: runId, state }) => [runId, state]));
    for (const change of waiting)
      if ((states.get(change.runId) ?? 0) >= STATES[change.phase]) change.visibleAt = now;
    const seen = [...changes.values()].filter(({ visibleAt }) => visibleAt !== undefined).length;
    progress(`kubernetes: ${seen} of ${2 * PODS} changes …`);
    if (seen === 2 * PODS) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function makePods(core, namespace, nodes) {
  let next = 0;
  const make = async () => {
    for (let at = next++; at < PODS; at = next++) {
      await core.createNamespacedPod({
        namespace,
        body: {
          metadata: {
            name: `pod-${at}`,
            annotations: { 'pod-complete.stage.kwok.x-k8s.io/delay': `${RUN_MS / 1000}s` },
          },
          // Past the scheduler, which leaves a node no more than 110 pods.
          spec: {
            ...{ nodeName: nodes[at % nodes.length], restartPolicy: 'Never' },
            containers: [{ name: 'main', image: 'busybox', command: ['work'] }],
          },
        },
      });
    }
  };
  await Promise.all(Array.from({ length: MAKERS }, make));
}

async function untilWatched(url) {
  for (;;) {
    const { parts } = await (await fetch(`${url}/health/ready`)).json();
    if (parts.kubernetes.report.isLeader && !parts.kubernetes.isDegraded) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function usageOf(url) {
  const text = await (await fetch(`${url}/metrics`)).text();
  const of = (name) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)[1]);
  return { cpuSeconds: of('process_cpu_seconds_total'), memoryBytes: of('process_resident_memory_bytes') };
}

/** UUIDv5, as lineage has it. */
function runIdOf(cluster, uid) {
  const bytes = createHash('sha1')
    .update(Buffer.from(cluster.replaceAll('-', ''), 'hex'))
    .update(uid)
    .digest();
  bytes[6] = (bytes[6] & 0x0f) | 0x50;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
