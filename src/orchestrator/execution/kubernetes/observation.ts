import type { V1ContainerState, V1Job, V1Pod } from '@kubernetes/client-node';
import type { ExecutionExit, Observation } from '../execution-driver.js';
import { RUN, STAGE_IN, STAGE_OUT } from './job-manifest.js';

/** What the cluster shows of an execution, beside what Cairn knows itself. */
export interface Sight {
  /** The Job that was started; `undefined` when it is no more. */
  readonly job: V1Job | undefined;
  /** Its pod, the one that was let in to stage if there are several. */
  readonly pod: V1Pod | undefined;
  /** Whether somebody asked for its end. */
  readonly isStopped: boolean;
  /** Whether its outputs arrived whole, which only a command that succeeded gets to. */
  readonly isSealed: boolean;
  /** Whether a pod of it has staged: without one the command never ran. */
  readonly hadPod: boolean;
  readonly now: Date;
  /** How long it may wait for a node and for its images. */
  readonly patienceMs: number;
}

type Ended = Exclude<Observation, { kind: 'absent' }>;

/** What passes by itself seldom, and is waited for only so long. */
const HOPELESS: ReadonlySet<string> = new Set([
  'InvalidImageName',
  'ErrImageNeverPull',
  'CreateContainerConfigError',
]);
const HOPELESS_MS = 60_000;
/** After its grace a pod on a node that answers is gone within seconds. */
const LOST_MS = 300_000;
/** A node that comes back knows of containers that it no longer has. Source: kubelet. */
const UNKNOWN = 'ContainerStatusUnknown';
const NOT_STARTED: ReadonlySet<string> = new Set(['StartError', 'ContainerCannotRun', 'RunContainerError']);
const NO_PROGRAM = /executable file not found|no such file or directory/;
const MAX_MESSAGE_CHARS = 1_000;

const RUNNING: Ended = { kind: 'running' };
const GONE: Ended = { kind: 'gone' };
const exited = (exit: ExecutionExit): Ended => ({ kind: 'exited', exit: clipped(exit) });
const unstartable = (message: string): Ended => exited({ cause: 'unstartable', message });

/** What is true of an execution whose Job was made. Pure: the same sight gives the same answer. */
export function observationOf(sight: Sight): Ended {
  const { job, pod } = sight;
  if (pod === undefined) return withoutPod(sight);
  const run = stateOf(pod, RUN);
  if (run?.terminated) return afterRun(sight, pod, run.terminated);
  if (isOver(pod)) return withoutRun(sight, pod, run);
  if (isLost(pod, sight.now)) return sight.isStopped ? exited({ cause: 'stopped' }) : GONE;
  if (job === undefined || run?.running || job.spec?.suspend === true) return RUNNING;
  return waiting(sight, pod);
}

/** The command ended. Its success counts once its outputs arrived, or cannot arrive any more. */
function afterRun(sight: Sight, pod: V1Pod, ended: NonNullable<V1ContainerState['terminated']>): Ended {
  const { exitCode, reason, message } = ended;
  if (reason === UNKNOWN) return ofNone(sight);
  if (reason !== undefined && NOT_STARTED.has(reason))
    return unstartable(startErrorOf(pod, message ?? reason));
  // Whether something from outside ended it, its pod tells at its own end.
  const mayChange = !isOver(pod) && !isLost(pod, sight.now) && sight.job !== undefined;
  const cut = cutShort(sight, pod);
  if (exitCode !== 0 && mayChange) return RUNNING;
  if (exitCode !== 0) {
    if (cut !== undefined) return exited({ cause: cut, ...killedBy(exitCode) });
    if (pod.metadata?.deletionTimestamp && endedAfterDeletion(pod, ended.finishedAt)) return GONE;
    if (reason === 'OOMKilled')
      return exited({
        cause: 'exit',
        exitCode,
        signal: 'SIGKILL',
        message: 'it used more memory than its limit (OOMKilled)',
      });
    return exited({
      cause: 'exit',
      exitCode,
      message: pod.status?.reason === 'Evicted' ? reasonOf(pod) : undefined,
    });
  }
  if (sight.isSealed) return exited({ cause: 'exit', exitCode });
  if (mayChange) return RUNNING;
  if (cut !== undefined) return exited({ cause: cut, exitCode });
  const out = stateOf(pod, STAGE_OUT);
  const why = out?.terminated?.message ?? out?.waiting?.message ?? reasonOf(pod) ?? 'its pod ended before';
  return exited({ cause: 'exit', exitCode, message: why });
}

/** The pod ended, and the command did not end in it. */
function withoutRun(sight: Sight, pod: V1Pod, run: V1ContainerState | undefined): Ended {
  const cut = cutShort(sight, pod);
  if (cut === 'stopped') return exited({ cause: 'stopped' });
  // A container that was seen running and never seen to end: its node went away with it.
  if (run?.running) return cut === undefined ? GONE : exited({ cause: cut });
  const staging = stateOf(pod, STAGE_IN)?.terminated;
  if (staging && staging.exitCode !== 0 && cut === undefined)
    return unstartable(
      `its inputs could not be laid out: ${staging.message?.trim() ?? `exit code ${staging.exitCode}`}`,
    );
  if (cut === 'timeout')
    return unstartable(
      `its time was over before it began: ${waitOf(pod)?.message ?? 'its inputs were still on their way'}`,
    );
  return unstartable(reasonOf(pod) ?? 'its pod ended before it began');
}

/** Still waiting: for a node, an image, its configuration. */
function waiting(sight: Sight, pod: V1Pod): Ended {
  const wait = waitOf(pod);
  if (wait === undefined) return RUNNING;
  const since = lastStepOf(pod);
  const waitedMs = since === undefined ? 0 : sight.now.getTime() - since.getTime();
  const patienceMs = HOPELESS.has(wait.reason) ? Math.min(HOPELESS_MS, sight.patienceMs) : sight.patienceMs;
  if (waitedMs <= patienceMs) return RUNNING;
  return sight.isStopped
    ? exited({ cause: 'stopped' })
    : unstartable(`after ${Math.round(waitedMs / 1_000)} s it still waited: ${wait.message}`);
}

function withoutPod(sight: Sight): Ended {
  const { job, now, patienceMs, hadPod } = sight;
  if (job === undefined) return ofNone(sight);
  const end = job.status?.conditions?.find(
    ({ type, status }) => status === 'True' && ['Failed', 'Complete'].includes(type),
  );
  if (end !== undefined)
    return end.reason === 'DeadlineExceeded' && !sight.isStopped
      ? exited({ cause: 'timeout' })
      : ofNone(sight);
  if (hadPod || job.spec?.suspend === true || job.metadata?.deletionTimestamp) return RUNNING;
  const since = job.status?.startTime ?? job.metadata?.creationTimestamp;
  const waitedMs = since === undefined ? 0 : now.getTime() - new Date(since).getTime();
  return waitedMs <= patienceMs
    ? RUNNING
    : unstartable(`after ${Math.round(waitedMs / 1_000)} s no pod was made for it`);
}

/** Nothing is left to see: what Cairn knows itself counts. */
function ofNone({ isSealed, isStopped }: Sight): Ended {
  if (isSealed) return exited({ cause: 'exit', exitCode: 0 });
  return isStopped ? exited({ cause: 'stopped' }) : GONE;
}

/** Whether a pod was ended from outside, and why. Its node keeps its deadline; the Job's deadline takes the pod away. */
function cutShort({ isStopped, job }: Sight, pod: V1Pod): 'stopped' | 'timeout' | undefined {
  const isPastDeadline =
    pod.status?.reason === 'DeadlineExceeded' ||
    (job?.status?.conditions ?? []).some(
      ({ reason, status }) => status === 'True' && reason === 'DeadlineExceeded',
    );
  if (isStopped && (isPastDeadline || pod.metadata?.deletionTimestamp)) return 'stopped';
  return isPastDeadline ? 'timeout' : undefined;
}

function stateOf(pod: V1Pod, name: string): V1ContainerState | undefined {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  return [...initContainerStatuses, ...containerStatuses].find((one) => one.name === name)?.state;
}

function isOver({ status }: V1Pod): boolean {
  return status?.phase === 'Failed' || status?.phase === 'Succeeded';
}

/** Whether a pod should have been gone for long: its node does not answer any more. */
function isLost({ metadata }: V1Pod, now: Date): boolean {
  const due = metadata?.deletionTimestamp;
  return due !== undefined && now.getTime() - new Date(due).getTime() > LOST_MS;
}

/** A deletion's timestamp is the end of its grace. */
function endedAfterDeletion({ metadata }: V1Pod, finishedAt: Date | undefined): boolean {
  const due = new Date(metadata!.deletionTimestamp!).getTime();
  const askedAt = due - (metadata?.deletionGracePeriodSeconds ?? 0) * 1_000;
  return finishedAt === undefined || new Date(finishedAt).getTime() >= askedAt - 1_000;
}

/** Shells and container runtimes tell a signal as 128 and its number. */
function killedBy(exitCode: number): Pick<ExecutionExit, 'exitCode' | 'signal'> {
  if (exitCode === 137) return { signal: 'SIGKILL' };
  return exitCode === 143 ? { signal: 'SIGTERM' } : { exitCode };
}

function waitOf(pod: V1Pod): { reason: string; message: string } | undefined {
  const unplaced = pod.status?.conditions?.find(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  );
  if (unplaced) return { reason: unplaced.reason ?? '', message: unplaced.message ?? 'for a node' };
  for (const name of [STAGE_IN, RUN, STAGE_OUT]) {
    const state = stateOf(pod, name);
    if (state?.running) return undefined;
    if (state?.waiting?.reason !== undefined && state.waiting.reason !== 'PodInitializing') {
      const { reason, message } = state.waiting;
      return {
        reason,
        message: message === undefined ? `${name}: ${reason}` : `${name}: ${reason}: ${message}`,
      };
    }
  }
  return { reason: '', message: 'for its node to begin' };
}

/** When the pod last got on: a container ended, or it came into being. */
function lastStepOf(pod: V1Pod): Date | undefined {
  const ended = stateOf(pod, STAGE_IN)?.terminated?.finishedAt;
  const at = ended ?? pod.metadata?.creationTimestamp;
  return at === undefined ? undefined : new Date(at);
}

/** Container runtimes tell of a program that is not there in many words. */
function startErrorOf(pod: V1Pod, message: string): string {
  const program = pod.spec?.initContainers
    ?.find(({ name }) => name === RUN)
    ?.command?.[0]?.replaceAll('$$', '$');
  return program !== undefined && NO_PROGRAM.test(message) ? `${program}: ENOENT` : message;
}

function reasonOf({ status }: V1Pod): string | undefined {
  if (status?.reason === undefined) return status?.message;
  return status.message === undefined ? status.reason : `${status.reason}: ${status.message}`;
}

function clipped(exit: ExecutionExit): ExecutionExit {
  const { message, ...rest } = exit;
  return message === undefined ? rest : { ...rest, message: message.trim().slice(0, MAX_MESSAGE_CHARS) };
}
