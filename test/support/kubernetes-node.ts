import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { CoordinationV1Api, CoreV1Api, KubeConfig, V1MicroTime } from '@kubernetes/client-node';
import { TestPod } from './test-pod.js';

const LOOK_MS = 100;
const HEARTBEAT_MS = 5_000;
const LEASES = 'kube-node-lease';

/**
 * A node of a real control plane, whose pods really run: a small kubelet for tests. Scheduling, admission, RBAC, quotas, the Job controller,
 * deadlines, deletion and logs by the API server are the real thing; so are exit codes, signals, read-only mounts, memory limits and
 * termination with its grace. Isolation is pretended: a container is a process of this machine with mounts and process ids of its own, its
 * image is not looked at (`missing…` cannot be pulled), its working directory without `workingDir` is the root of this project, and its
 * environment is that of the pod and `PATH`. Only emptyDir volumes below `/mnt`. It needs root.
 */
export class TestNode {
  private readonly pods = new Map<string, TestPod>();
  private readonly core: CoreV1Api;
  private readonly leases: CoordinationV1Api;
  private readonly timers: NodeJS.Timeout[] = [];
  private server: Server | undefined;
  private isLooking = false;

  private constructor(
    config: KubeConfig,
    readonly name: string,
    private readonly folder: string,
    private readonly imageRoot: string,
  ) {
    this.core = config.makeApiClient(CoreV1Api);
    this.leases = config.makeApiClient(CoordinationV1Api);
  }

  /** @param kubeconfig of an administrator */
  static async start(kubeconfig: string): Promise<TestNode> {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    const name = `cairn-test-${randomBytes(4).toString('hex')}`;
    const folder = mkdtempSync(path.join(os.tmpdir(), `${name}-`));
    const node = new TestNode(config, name, folder, path.resolve(import.meta.dirname, '../..'));
    await node.register(await node.serveLogs());
    node.timers.push(setInterval(() => void node.look(), LOOK_MS));
    node.timers.push(setInterval(() => void node.beat().catch(() => undefined), HEARTBEAT_MS));
    return node;
  }

  /** Settings that bring the pods of a service here, and no others. */
  get settings(): Record<string, string> {
    return {
      KUBERNETES_EXECUTION_NODE_SELECTOR: `cairn.dev/test-node=${this.name}`,
      KUBERNETES_EXECUTION_TOLERATIONS: JSON.stringify([{ key: 'cairn.dev/test-node', operator: 'Exists' }]),
    };
  }

  /** Evicts a pod, by the name of its Job. */
  evict(jobName: string): void {
    for (const [key, pod] of this.pods) if (key.includes(`/${jobName}-`)) pod.evict();
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    for (const pod of this.pods.values()) pod.vanish();
    this.server?.closeAllConnections();
    this.server?.close();
    const body = { gracePeriodSeconds: 0 };
    for (const pod of await this.assigned())
      await this.core
        .deleteNamespacedPod({ name: pod.metadata!.name!, namespace: pod.metadata!.namespace!, body })
        .catch(() => undefined);
    await this.core.deleteNode({ name: this.name });
    await this.leases.deleteNamespacedLease({ name: this.name, namespace: LEASES }).catch(() => undefined);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async register(port: number): Promise<void> {
    const label = { 'cairn.dev/test-node': this.name };
    const amounts = { cpu: '16', memory: '32Gi', pods: '100', 'nvidia.com/gpu': '2' };
    const now = new Date();
    await this.core.createNode({
      body: {
        metadata: { name: this.name, labels: { ...label, 'kubernetes.io/os': 'linux' } },
        spec: { taints: [{ key: 'cairn.dev/test-node', value: this.name, effect: 'NoSchedule' }] },
        status: {
          ...{ capacity: amounts, allocatable: amounts },
          addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
          daemonEndpoints: { kubeletEndpoint: { Port: port } },
          conditions: [
            {
              type: 'Ready',
              status: 'True',
              reason: 'TestNode',
              lastHeartbeatTime: now,
              lastTransitionTime: now,
            },
          ],
        },
      },
    });
    await this.beat();
  }

  private async beat(): Promise<void> {
    const name = this.name;
    const lease = await this.leases.readNamespacedLease({ name, namespace: LEASES }).catch(() => undefined);
    const spec = { holderIdentity: name, leaseDurationSeconds: 40, renewTime: new V1MicroTime() };
    if (lease === undefined)
      await this.leases.createNamespacedLease({ namespace: LEASES, body: { metadata: { name }, spec } });
    else await this.leases.replaceNamespacedLease({ name, namespace: LEASES, body: { ...lease, spec } });
  }

  private async assigned() {
    return (await this.core.listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${this.name}` })).items;
  }

  private async look(): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    try {
      for (const pod of await this.assigned()) {
        const { uid, name, namespace } = pod.metadata!;
        const key = `${namespace}/${name}/${uid}`;
        const known = this.pods.get(key);
        if (known) known.see(pod);
        else {
          const begun = new TestPod(this.core, pod, path.join(this.folder, uid!), this.imageRoot);
          this.pods.set(key, begun);
          void begun.done.finally(() => this.pods.delete(key));
        }
      }
    } catch {
      // The API server is away; it is asked again.
    } finally {
      this.isLooking = false;
    }
  }

  /** Source: kubelet, server.go: `/containerLogs/{namespace}/{pod}/{container}`. */
  private async serveLogs(): Promise<number> {
    const file = (name: string) => path.join(this.folder, name);
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ].concat([
        ...['-subj', `/CN=${this.name}`, '-addext', 'subjectAltName=IP:127.0.0.1'],
        ...['-keyout', file('tls.key'), '-out', file('tls.crt')],
      ]),
      { stdio: 'ignore' },
    );
    this.server = createServer(
      { key: readFileSync(file('tls.key')), cert: readFileSync(file('tls.crt')) },
      (request, response) => {
        const url = new URL(request.url!, 'https://node');
        const [, , namespace, pod, container] = url.pathname.split('/');
        const found = [...this.pods].find(([key]) => key.startsWith(`${namespace}/${pod}/`))?.[1];
        if (found === undefined) return response.writeHead(404).end(`pod "${pod}" not found`);
        const log = found.logFile(container!);
        if (log === undefined)
          return response
            .writeHead(400)
            .end(`container "${container}" in pod "${pod}" is waiting to start: PodInitializing`);
        response
          .writeHead(200, { 'content-type': 'text/plain' })
          .end(partOf(readFileSync(log, 'utf8'), url.searchParams));
      },
    );
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }
}

/** As a kubelet cuts logs: from the line asked for, so many bytes. */
function partOf(text: string, parameters: URLSearchParams): string {
  const lines = Number(parameters.get('tailLines') ?? Infinity);
  const all = text.split(/(?<=\n)/);
  const tail = Number.isFinite(lines) ? all.slice(-lines).join('') : text;
  return tail.slice(0, Number(parameters.get('limitBytes') ?? tail.length));
}
