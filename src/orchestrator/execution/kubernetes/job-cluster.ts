import {
  BatchV1Api,
  CoreV1Api,
  createConfiguration,
  type KubeConfig,
  PatchStrategy,
  ServerConfiguration,
  setHeaderOptions,
  type V1Job,
  type V1Pod,
} from '@kubernetes/client-node';
import { assertOutsideTransaction } from '../../../platform/index.js';
import { EXECUTION_LABEL, jobName, MANAGED_BY, RUN } from './job-manifest.js';
import { clusterRequests } from './metrics.js';
import { failureOf, refusalOf, statusOf } from './refusal.js';

const TIMEOUT_MS = 10_000;
const LOG_TIMEOUT_MS = 60_000;
/** Health is told within two seconds. */
const CHECK_TIMEOUT_MS = 1_500;
/** One look serves all executions that are asked about meanwhile. */
const VIEW_MS = 1_000;
const MANAGED = Object.entries(MANAGED_BY)
  .map((pair) => pair.join('='))
  .join(',');

/** What the cluster shows of an execution. */
export interface JobView {
  readonly job: V1Job | undefined;
  readonly pods: readonly V1Pod[];
}

interface Snapshot {
  readonly jobs: ReadonlyMap<string, V1Job>;
  readonly pods: readonly V1Pod[];
}

/** Jobs of one namespace, and their pods. Every call is bounded in time; a failed one throws {@link KubernetesUnavailableError}. */
export class JobCluster {
  private readonly batch: BatchV1Api;
  private readonly quick: BatchV1Api;
  private readonly core: CoreV1Api;
  private readonly logs: CoreV1Api;
  private snapshot: { readonly takenAt: number; readonly seen: Promise<Snapshot> } | undefined;

  constructor(
    config: KubeConfig,
    private readonly namespace: string,
  ) {
    this.batch = new BatchV1Api(bounded(config, TIMEOUT_MS));
    this.quick = new BatchV1Api(bounded(config, CHECK_TIMEOUT_MS));
    this.core = new CoreV1Api(bounded(config, TIMEOUT_MS));
    this.logs = new CoreV1Api(bounded(config, LOG_TIMEOUT_MS));
  }

  /**
   * Makes a Job by server-side apply, or finds the one that is there.
   * @returns the Job that is there then, whoever made it; or why the API server takes none like this, for good
   */
  async apply(id: string, job: V1Job): Promise<V1Job | { readonly refused: string }> {
    assertOutsideTransaction('Kubernetes: create job');
    this.snapshot = undefined;
    try {
      const made = await this.batch.patchNamespacedJob(
        {
          name: jobName(id),
          namespace: this.namespace,
          body: job,
          fieldManager: 'cairn',
          force: true,
          fieldValidation: 'Strict',
        },
        setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply),
      );
      clusterRequests.inc({ outcome: 'ok' });
      return made;
    } catch (error) {
      clusterRequests.inc({ outcome: 'failed' });
      const status = statusOf(error);
      // Its template cannot change: there is one already, of another attempt.
      const present = status === 409 || status === 422 ? await this.job(id) : undefined;
      if (present !== undefined) return present;
      const refused = refusalOf(error);
      if (refused !== undefined) return { refused };
      throw failureOf(error, `create job ${jobName(id)} in ${this.namespace}`);
    } finally {
      this.snapshot = undefined;
    }
  }

  async job(id: string): Promise<V1Job | undefined> {
    return this.unlessAbsent(`get job ${jobName(id)}`, () =>
      this.batch.readNamespacedJob({ name: jobName(id), namespace: this.namespace }),
    );
  }

  /** Up to a second old; what is not in it is looked for by itself. */
  async view(id: string, jobUid: string): Promise<JobView> {
    const own = (one: V1Pod) => one.metadata?.ownerReferences?.some(({ uid }) => uid === jobUid) === true;
    const recent = await this.recent();
    const listed = recent.jobs.get(jobUid);
    if (listed !== undefined) return { job: listed, pods: recent.pods.filter(own) };
    const found = await this.job(id);
    const pods = await this.pods(`${EXECUTION_LABEL}=${id}`);
    return { job: found?.metadata?.uid === jobUid ? found : undefined, pods: pods.filter(own) };
  }

  /** Removes a Job and its pods, whose commands are asked to end. @param jobUid only if it is this one */
  async remove(id: string, jobUid?: string): Promise<void> {
    this.snapshot = undefined;
    await this.unlessAbsent(`delete job ${jobName(id)}`, () =>
      this.batch.deleteNamespacedJob({
        name: jobName(id),
        namespace: this.namespace,
        body: {
          propagationPolicy: 'Background',
          ...(jobUid !== undefined && { preconditions: { uid: jobUid } }),
        },
      }),
    );
    this.snapshot = undefined;
  }

  /** Has its node end a pod as if its time were over: with its grace, and so that pod, exit code and log stay. */
  async endPod(name: string): Promise<void> {
    await this.unlessAbsent(`patch pod ${name}`, () =>
      this.core.patchNamespacedPod(
        { name, namespace: this.namespace, body: { spec: { activeDeadlineSeconds: 1 } } },
        setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
      ),
    );
    this.snapshot = undefined;
  }

  /**
   * What a container wrote, from its beginning, or its last lines.
   * @returns undefined when the container did not begin, or its pod is no more
   */
  async log(
    pod: string,
    options: { readonly container?: string; readonly tailLines?: number; readonly limitBytes: number },
  ): Promise<string | undefined> {
    const { container = RUN, ...bounds } = options;
    try {
      return await this.unlessAbsent(`read log of pod ${pod}`, () =>
        this.logs.readNamespacedPodLog({ name: pod, namespace: this.namespace, container, ...bounds }),
      );
    } catch (error) {
      if (statusOf((error as Error).cause) === 400) return undefined;
      throw error;
    }
  }

  /** What controllers complained of last about a Job. */
  async complaint(id: string): Promise<string | undefined> {
    const { items } = await this.call(`list events of job ${jobName(id)}`, () =>
      this.core.listNamespacedEvent({
        namespace: this.namespace,
        fieldSelector: `involvedObject.kind=Job,involvedObject.name=${jobName(id)},type=Warning`,
        limit: 20,
      }),
    );
    return items.at(-1)?.message;
  }

  /** @throws {KubernetesUnavailableError} */
  async check(): Promise<void> {
    await this.call(`list jobs in ${this.namespace}`, () =>
      this.quick.listNamespacedJob({ namespace: this.namespace, limit: 1, labelSelector: MANAGED }),
    );
  }

  private recent(): Promise<Snapshot> {
    const last = this.snapshot;
    if (last !== undefined && Date.now() - last.takenAt < VIEW_MS) return last.seen;
    const next = { takenAt: Date.now(), seen: this.look() };
    this.snapshot = next;
    next.seen.catch(() => {
      if (this.snapshot === next) this.snapshot = undefined;
    });
    return next.seen;
  }

  private async look(): Promise<Snapshot> {
    const labelSelector = `${MANAGED},${EXECUTION_LABEL}`;
    const { namespace } = this;
    // Pods after Jobs: of a Job that was seen to be over the pods are seen as they ended.
    const jobs = await this.call(`list jobs in ${namespace}`, () =>
      this.batch.listNamespacedJob({ namespace, labelSelector }),
    );
    return {
      jobs: new Map(jobs.items.map((job) => [job.metadata!.uid!, job])),
      pods: await this.pods(labelSelector),
    };
  }

  private async pods(labelSelector: string): Promise<readonly V1Pod[]> {
    const { namespace } = this;
    const { items } = await this.call(`list pods in ${namespace}`, () =>
      this.core.listNamespacedPod({ namespace, labelSelector }),
    );
    return items;
  }

  private async unlessAbsent<T>(operation: string, call: () => Promise<T>): Promise<T | undefined> {
    return this.call(operation, async () => {
      try {
        return await call();
      } catch (error) {
        // 409: a precondition that names another one.
        if (statusOf(error) === 404 || statusOf(error) === 409) return undefined;
        throw error;
      }
    });
  }

  private async call<T>(operation: string, call: () => Promise<T>): Promise<T> {
    assertOutsideTransaction(`Kubernetes: ${operation}`);
    try {
      const answer = await call();
      clusterRequests.inc({ outcome: 'ok' });
      return answer;
    } catch (error) {
      clusterRequests.inc({ outcome: 'failed' });
      throw failureOf(error, operation);
    }
  }
}

/** The client waits for ever by itself. */
function bounded(config: KubeConfig, timeoutMs: number) {
  return createConfiguration({
    baseServer: new ServerConfiguration(config.getCurrentCluster()!.server, {}),
    authMethods: { default: config },
    promiseMiddleware: [
      {
        pre: async (request) => {
          request.setSignal(AbortSignal.timeout(timeoutMs));
          return request;
        },
        post: async (response) => response,
      },
    ],
  });
}
