import type { KubeConfig } from '@kubernetes/client-node';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import {
  CONFIG,
  type Config,
  ControlLoop,
  type HealthReport,
  HealthChecks,
  type Lease,
  Leases,
  LOGGER,
  type Logger,
} from '../../platform/index.js';
import { CLUSTER, ClusterHttp } from '../../platform/kubernetes/index.js';
import { findCluster } from './cluster-identity.js';
import { ClusterWatch } from './cluster-watch.js';
import { kubernetesCurrent, kubernetesObjects } from './metrics.js';
import { KINDS } from './objects/kinds.js';
import { ObjectRepository } from './object.repository.js';
import type { Cluster } from './telling/cluster.js';
import { Teller } from './telling/teller.js';

const LEASE = 'kubernetes';
const LEASE_MS = 6_000;
const RENEW_MS = 1_500;
const TELL_AGAIN_MS = 1_000;
const HOUSEKEEPING_MS = 60_000;
/** A pod's Job may be asked for after it is gone. */
const FORGET_HOURS = 24;
const FORGET_REFUSED_HOURS = 7 * 24;

/**
 * Reads workloads of the cluster into lineage, where KUBERNETES_SOURCE is set. One replica watches, by a lease whose epoch fences all it
 * writes; what was seen is kept first and told from there, so that neither a crash nor a change of the watcher loses a state.
 */
@Injectable()
export class KubernetesSource implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly http: ClusterHttp | undefined;
  private watch: ClusterWatch | undefined;
  private cluster: Cluster | undefined;
  private watchProblem: string | undefined;
  private tellProblem: string | undefined;
  private cleanedAt = 0;
  private readonly watching = new ControlLoop(
    () => this.renew(),
    (error) => {
      // Once, not with every look.
      if (this.watchProblem !== messageOf(error))
        this.log.warn({ err: error }, 'kubernetes: watching is held up');
      this.watchProblem = messageOf(error);
      return RENEW_MS;
    },
    'kubernetes',
  );
  private readonly telling = new ControlLoop(
    () => this.tell(),
    (error) => {
      if (this.tellProblem !== messageOf(error))
        this.log.warn({ err: error }, 'kubernetes: telling is held up');
      this.tellProblem = messageOf(error);
      return TELL_AGAIN_MS;
    },
    'kubernetes.telling',
  );

  constructor(
    private readonly leases: Leases,
    private readonly objects: ObjectRepository,
    private readonly teller: Teller,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly log: Logger,
    @Inject(CLUSTER) cluster: KubeConfig | null,
    health: HealthChecks,
  ) {
    if (!config.KUBERNETES_SOURCE) return;
    this.http = new ClusterHttp(cluster!);
    health.register('kubernetes', async () => {
      const { isDegraded, report } = await this.report();
      return { isReady: true, isDegraded, report };
    });
  }

  /** The service starts whether or not the API server answers. */
  onApplicationBootstrap(): void {
    if (!this.http) return;
    this.watching.start();
    this.telling.start();
  }

  /** Hands the lease over; who takes it lists everything anew. */
  async beforeApplicationShutdown(): Promise<void> {
    if (!this.http) return;
    await this.watching.stop();
    await this.endWatch();
    await this.telling.stop();
    await this.leases.release(LEASE);
  }

  private async renew(): Promise<number> {
    const lease = await this.leases.acquire(LEASE, LEASE_MS);
    if (!lease || this.watch?.lease.epoch !== lease.epoch) await this.endWatch();
    if (lease && !this.watch) await this.begin(lease, this.http!);
    if (this.watch) {
      for (const kind of KINDS) kubernetesCurrent.set({ kind }, this.watch.isCurrent(kind) ? 1 : 0);
      await this.keepHouse(this.watch.cluster.uid);
    }
    this.watchProblem = undefined;
    return RENEW_MS;
  }

  private async begin(lease: Lease, http: ClusterHttp): Promise<void> {
    try {
      this.cluster ??= await findCluster(http, this.config.KUBERNETES_CLUSTER_NAME);
    } catch (error) {
      // Another replica may reach it.
      await this.leases.release(LEASE);
      throw error;
    }
    const { KUBERNETES_SOURCE_NAMESPACES: namespaces } = this.config;
    this.watch = new ClusterWatch(
      this.cluster,
      lease,
      http,
      namespaces,
      this.objects,
      this.log,
      this.telling.wake,
    );
    this.log.info({ ...this.cluster, namespaces }, 'kubernetes: watching');
  }

  private async endWatch(): Promise<void> {
    const { watch } = this;
    this.watch = undefined;
    for (const gauge of [kubernetesCurrent, kubernetesObjects]) gauge.reset();
    await watch?.stop();
  }

  private async tell(): Promise<number> {
    const { watch } = this;
    if (!watch) return TELL_AGAIN_MS;
    const { cluster, lease } = watch;
    const told = await this.teller.tell(lease, cluster, (kind) => watch.isCurrent(kind));
    this.tellProblem = undefined;
    if (told > 0) return 0;
    const dueMs = await this.objects.dueInMs(cluster.uid);
    return Math.min(dueMs ?? TELL_AGAIN_MS, TELL_AGAIN_MS);
  }

  private async keepHouse(cluster: string): Promise<void> {
    if (Date.now() - this.cleanedAt < HOUSEKEEPING_MS) return;
    this.cleanedAt = Date.now();
    await this.objects.forget(FORGET_HOURS, FORGET_REFUSED_HOURS);
    const { objects } = await this.objects.counts(cluster);
    for (const [kind, count] of Object.entries(objects)) kubernetesObjects.set({ kind }, count);
  }

  private async report(): Promise<{ isDegraded: boolean; report: HealthReport }> {
    const { watch, watchProblem, tellProblem } = this;
    const problem = watchProblem ?? tellProblem;
    const common = {
      isLeader: watch !== undefined,
      ...(this.cluster && { cluster: this.cluster.uid, namespace: this.cluster.namespace }),
      ...(problem !== undefined && { lastError: problem }),
    };
    const isStuck = problem !== undefined || this.watching.isStale;
    if (!watch) return { isDegraded: isStuck, report: common };
    // What was refused, the log says: health is for everybody, and names nobody's workload.
    const { objects, refused } = await this.objects.counts(watch.cluster.uid);
    return {
      isDegraded: isStuck || watch.isTroubled || refused > 0,
      report: {
        ...common,
        ...{ scopes: watch.report, objects, refused },
      },
    };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
