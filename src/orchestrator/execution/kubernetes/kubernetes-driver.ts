import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { V1Job, V1Pod } from '@kubernetes/client-node';
import { InvalidInputError } from '../../../platform/errors/index.js';
import type { ObjectStore, Sha256 } from '../../../storage/index.js';
import {
  ExecutionNotStartedError,
  ExecutionRefusedError,
  OutputRefusedError,
  OutputsNotDeliveredError,
} from '../errors.js';
import type {
  Demands,
  ExecutionDriver,
  ExecutionSpec,
  Mount,
  Observation,
  OutputFile,
  SettledDemands,
} from '../execution-driver.js';
import { PathCheck } from '../file-paths.js';
import type { Execution, ExecutionRepository, StagedFile } from './execution.repository.js';
import type { JobCluster, JobView } from './job-cluster.js';
import { EXECUTION_LABEL, jobOf, TOKEN_ANNOTATION } from './job-manifest.js';
import { observationOf } from './observation.js';
import { endOfLog, hasBegun, tailOf, wholeLog } from './pod-log.js';
import type { JobSettings } from './settings.js';

const ID = /^[0-9a-f-]{36}$/;
/** A stop that a node does not heed for so long beyond the grace becomes a deletion. */
const STOP_PATIENCE_MS = 60_000;
/** So long after its end the log of a pod is asked for. */
const LOG_PATIENCE_MS = 60_000;

/**
 * Runs commands as Jobs of a cluster: see `jobOf`. Inputs and outputs pass between the pod and this service, see `StagingService`; what
 * must outlive pod and Job (that it was started, how it ended, its log, its outputs) is in the database.
 *
 * An execution is never run twice, however late a process comes that once meant to start it: a Job that is not the one on record has
 * a staging credential that does not count, so that its inputs cannot be laid out, and without them no command begins.
 */
export class KubernetesDriver implements ExecutionDriver {
  readonly capacity: number;
  readonly longestWaitMs: number;

  constructor(
    private readonly settings: JobSettings,
    private readonly cluster: JobCluster,
    private readonly executions: ExecutionRepository,
    private readonly objects: ObjectStore,
  ) {
    this.capacity = settings.maxRuns;
    this.longestWaitMs = settings.patienceMs;
  }

  settle({ image = this.settings.image, resources }: Demands): SettledDemands & { readonly image: string } {
    if (image === undefined)
      throw new InvalidInputError(
        'input.image',
        'must be given: KUBERNETES_EXECUTION_IMAGE names no default',
      );
    return {
      image,
      resources: { ...this.settings.resources, ...resources },
      environmentId: `kubernetes image ${image}`,
    };
  }

  async freeBytes(): Promise<number> {
    return this.settings.volumeBytes;
  }

  async prepare(id: string, mounts: readonly Mount[]): Promise<void> {
    if (await this.wasStarted(id)) return;
    const files: StagedFile[] = [];
    for (const { name, files: given } of mounts) {
      const check = new PathCheck(name ?? 'code');
      for await (const file of given) {
        check.pass(file.path);
        const { sha256, sizeBytes } = file.object ?? (await this.objects.put(await file.open()));
        files.push({ position: files.length + 1, mount: name ?? null, path: file.path, sha256, sizeBytes });
      }
    }
    const names = mounts.flatMap(({ name }) => (name === undefined ? [] : [name]));
    await this.executions.prepare(id, names, files);
  }

  async start(spec: ExecutionSpec): Promise<void> {
    if (await this.wasStarted(spec.id)) return;
    const secret = `cst_${randomBytes(32).toString('base64url')}`;
    const token = { secret, sha256: createHash('sha256').update(secret).digest('hex') };
    if (!(await this.executions.attempt(spec.id, token.sha256))) {
      if (await this.executions.find(spec.id)) return;
      throw new ExecutionNotStartedError(spec.id, 'it was not prepared');
    }
    const job = await this.cluster.apply(
      spec.id,
      jobOf(spec, this.settle(spec.demands ?? {}), token, this.settings),
    );
    if ('refused' in job) throw new ExecutionRefusedError(spec.id, job.refused);
    await this.bind(spec.id, job);
  }

  async observe(id: string): Promise<Observation> {
    const execution = await this.started(id);
    if (execution === undefined) return { kind: 'absent' };
    if (execution.ending !== null) return execution.ending;
    const view = await this.cluster.view(id, execution.jobUid!);
    // Read again: outputs may have been sealed since, by the pod that is over now.
    const known = (await this.executions.find(id))!;
    const pod = podOf(view, known);
    const seen = observationOf({
      ...{ job: view.job, pod, now: new Date(), patienceMs: this.settings.patienceMs },
      isStopped: known.stopRequestedAt !== null,
      isSealed: known.outputs === 'sealed',
      hadPod: known.podUid !== null,
    });
    if (seen.kind === 'running') return seen;
    return this.end(known, view, pod, seen);
  }

  async stop(id: string): Promise<void> {
    const execution = await this.started(id);
    if (execution === undefined || execution.ending !== null) return;
    const askedAt = await this.executions.requestStop(id);
    if (askedAt === undefined) return;
    const view = await this.cluster.view(id, execution.jobUid!);
    const pod = podOf(view, execution);
    const graceMs = (pod?.spec?.terminationGracePeriodSeconds ?? 0) * 1_000;
    const isHeeded = Date.now() - askedAt.getTime() < graceMs + STOP_PATIENCE_MS;
    if (pod?.spec?.nodeName === undefined || !isHeeded) await this.cluster.remove(id, execution.jobUid!);
    else if (pod.spec.activeDeadlineSeconds !== 1) await this.cluster.endPod(pod.metadata!.name!);
  }

  async log(id: string, tailLines: number): Promise<string> {
    const archived = await this.executions.archived(assertId(id));
    if (archived !== undefined) return tailOf(archived, tailLines);
    const execution = await this.executions.find(id);
    if (execution === undefined || execution.jobUid === null || execution.ending !== null) return '';
    const pod = podOf(await this.cluster.view(id, execution.jobUid), execution);
    if (pod === undefined || !hasBegun(pod)) return '';
    return tailOf(await endOfLog(this.cluster, pod.metadata!.name!, tailLines), tailLines);
  }

  async *outputs(id: string): AsyncIterable<OutputFile> {
    const execution = await this.executions.find(assertId(id));
    if (execution?.refusal) throw new OutputRefusedError(execution.refusal.path, execution.refusal.reason);
    if (execution?.outputs !== 'sealed' || execution.kept !== 'all') {
      const message = execution?.ending?.kind === 'exited' ? execution.ending.exit.message : undefined;
      throw new OutputsNotDeliveredError(id, message ?? 'its pod did not bring them out');
    }
    for (const { path, sha256, sizeBytes } of await this.executions.outputs(id))
      yield { path, sizeBytes, open: () => this.read(sha256 as Sha256) };
  }

  async discard(id: string): Promise<void> {
    const execution = await this.started(id);
    if (execution === undefined) {
      if (await this.executions.find(id)) await this.executions.keep(id, 'log');
      return;
    }
    // Over for the caller, whatever became of it: a Job whose start was not answered may still run.
    if (execution.ending === null && (await this.observe(id)).kind === 'running')
      await this.executions.end(id, { kind: 'gone' });
    await this.cluster.remove(id);
    await this.executions.keep(id, 'log');
  }

  async forget(id: string): Promise<void> {
    await this.discard(id);
    await this.executions.keep(assertId(id), 'nothing');
  }

  private read(sha256: Sha256): Readable {
    const { objects } = this;
    return Readable.from(
      (async function* () {
        yield* await objects.open(sha256);
      })(),
      { objectMode: false },
    );
  }

  /** Writes down the end of an execution, its log first. */
  private async end(
    execution: Execution,
    view: JobView,
    pod: V1Pod | undefined,
    seen: NonNullable<Execution['ending']>,
  ): Promise<Observation> {
    const { id, jobUid } = execution;
    let ending = seen;
    if (pod !== undefined) await this.archive(id, pod);
    else if (view.job !== undefined && seen.kind === 'exited' && seen.exit.cause === 'unstartable') {
      const complaint = await this.cluster.complaint(id);
      if (complaint !== undefined)
        ending = { kind: 'exited', exit: { ...seen.exit, message: `${seen.exit.message}: ${complaint}` } };
    }
    await this.executions.end(id, ending);
    // What still waits must not begin after all.
    if (pod === undefined || !['Failed', 'Succeeded'].includes(pod.status?.phase ?? ''))
      await this.cluster.remove(id, jobUid!);
    return (await this.executions.find(id))!.ending!;
  }

  private async archive(id: string, pod: V1Pod): Promise<void> {
    try {
      await this.executions.archive(id, await wholeLog(this.cluster, pod));
    } catch (error) {
      if (Date.now() - endOf(pod) < LOG_PATIENCE_MS) throw error;
      await this.executions.archive(id, `[cairn] the log could not be read: ${(error as Error).message}`);
    }
  }

  private async wasStarted(id: string): Promise<boolean> {
    if ((await this.started(id)) !== undefined) return true;
    const execution = await this.executions.find(id);
    return execution !== undefined && execution.kept !== 'all';
  }

  /** An execution of which a Job was made, also by an attempt that did not live to write it down. */
  private async started(id: string): Promise<Execution | undefined> {
    const execution = await this.executions.find(assertId(id));
    if (execution === undefined || execution.kept === 'nothing') return undefined;
    if (execution.jobUid !== null || execution.ending !== null) return execution;
    if (execution.tokens.length === 0) return undefined;
    const job = await this.cluster.job(id);
    if (job === undefined) return undefined;
    await this.bind(id, job);
    const bound = await this.executions.find(id);
    return bound?.jobUid === null && bound.ending === null ? undefined : bound;
  }

  /** Takes a Job for that of the execution, or, if another one is on record, removes it. */
  private async bind(id: string, job: V1Job): Promise<void> {
    const { uid, labels, annotations } = job.metadata!;
    const token = annotations?.[TOKEN_ANNOTATION];
    if (labels?.[EXECUTION_LABEL] !== id || token === undefined)
      throw new ExecutionRefusedError(id, `a Job "${job.metadata!.name}" is there that is not Cairn's`);
    if (await this.executions.bind(id, uid!, token)) return;
    const execution = await this.executions.find(id);
    if (execution?.jobUid === uid) return;
    if (execution?.jobUid === null && execution.ending === null && execution.kept === 'all')
      throw new ExecutionRefusedError(
        id,
        `a Job "${job.metadata!.name}" is there that this installation did not make`,
      );
    await this.cluster.remove(id, uid);
  }
}

/** The pod that was let in, or else the latest. */
function podOf({ pods }: JobView, { podUid }: Execution): V1Pod | undefined {
  const madeAt = ({ metadata }: V1Pod) => new Date(metadata?.creationTimestamp ?? 0).getTime();
  const latest = [...pods].sort((a, b) => madeAt(b) - madeAt(a))[0];
  return podUid === null ? latest : pods.find(({ metadata }) => metadata?.uid === podUid);
}

/** When the last container of a pod ended; long ago when none was seen to. */
function endOf({ status }: V1Pod): number {
  const ends = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].flatMap(
    ({ state }) => (state?.terminated?.finishedAt ? [new Date(state.terminated.finishedAt).getTime()] : []),
  );
  return Math.max(0, ...ends);
}

function assertId(id: string): string {
  if (!ID.test(id)) throw new ExecutionNotStartedError(id, 'an execution is named by a UUID');
  return id;
}
