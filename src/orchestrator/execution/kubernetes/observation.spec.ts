import type { V1ContainerState, V1Job, V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from '@jest/globals';
import { type Sight, observationOf } from './observation.js';

const NOW = new Date('2026-01-01T01:00:00Z');
const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1_000);

const ended = (exitCode: number, more: object = {}): V1ContainerState => ({
  terminated: { exitCode, finishedAt: ago(2), ...more },
});
const running: V1ContainerState = { running: { startedAt: ago(30) } };
const waiting = (reason: string, message?: string): V1ContainerState => ({ waiting: { reason, message } });

interface PodOf {
  readonly phase?: string;
  readonly in?: V1ContainerState;
  readonly run?: V1ContainerState;
  readonly out?: V1ContainerState;
  readonly status?: object;
  readonly metadata?: object;
}

function podOf({ phase = 'Pending', in: into, run, out, status = {}, metadata = {} }: PodOf): V1Pod {
  const named = (name: string, state?: V1ContainerState) => (state === undefined ? [] : [{ name, state }]);
  return {
    metadata: { creationTimestamp: ago(40), ...metadata },
    spec: { containers: [], initContainers: [{ name: 'run', command: ['train$$er'] }] },
    status: {
      phase,
      initContainerStatuses: [...named('stage-in', into), ...named('run', run)],
      containerStatuses: named('stage-out', out),
      ...status,
    },
  } as unknown as V1Pod;
}

const job = (more: object = {}, spec: object = {}): V1Job => ({
  metadata: { creationTimestamp: ago(40) },
  spec: spec as never,
  status: more,
});
const failedBy = (reason: string) => job({ conditions: [{ type: 'Failed', status: 'True', reason }] });
const PAST = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
};
const DONE = ended(0);
const unplaced = {
  conditions: [
    { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes: no GPU' },
  ],
};
const deleted = (secondsAgo: number) => ({
  deletionTimestamp: ago(secondsAgo),
  deletionGracePeriodSeconds: 10,
});

const exit = (fields: object) => ({ kind: 'exited', exit: { cause: 'exit', ...fields } });
const unstartable = (message: string) => ({ kind: 'exited', exit: { cause: 'unstartable', message } });
const RUNNING = { kind: 'running' };
const GONE = { kind: 'gone' };
const STOPPED = { kind: 'exited', exit: { cause: 'stopped' } };

const look = (sight: Partial<Sight>) =>
  observationOf({
    ...{
      job: job(),
      pod: undefined,
      isStopped: false,
      isSealed: false,
      hadPod: true,
      now: NOW,
      patienceMs: 60_000,
    },
    ...sight,
  });

describe('what is seen of a pod', () => {
  const cases: [string, PodOf, Partial<Sight>, object][] = [
    ['its inputs are brought in', { in: running }, {}, RUNNING],
    ['its command runs', { in: DONE, run: running }, {}, RUNNING],
    [
      'its command succeeded, its outputs are under way',
      { phase: 'Running', run: DONE, out: running },
      {},
      RUNNING,
    ],
    [
      'its outputs are complete',
      { phase: 'Succeeded', run: DONE, out: DONE },
      { isSealed: true },
      exit({ exitCode: 0 }),
    ],
    [
      'its outputs are complete, and nobody has told the pod',
      { phase: 'Running', run: DONE, out: running },
      { isSealed: true },
      exit({ exitCode: 0 }),
    ],
    [
      'it succeeded, and its outputs never came',
      { phase: 'Succeeded', run: DONE, out: DONE },
      {},
      exit({ exitCode: 0, message: 'its pod ended before' }),
    ],
    [
      'its outputs could not be sent',
      { phase: 'Failed', run: DONE, out: ended(1, { message: '[cairn] outputs/x: HTTP 413\n' }) },
      {},
      exit({ exitCode: 0, message: '[cairn] outputs/x: HTTP 413' }),
    ],
    ['its command failed, its pod is not over yet', { phase: 'Pending', run: ended(3) }, {}, RUNNING],
    ['its command failed', { phase: 'Failed', run: ended(3) }, {}, exit({ exitCode: 3 })],
    ['its command was killed from within', { phase: 'Failed', run: ended(137) }, {}, exit({ exitCode: 137 })],
    [
      'it used too much memory',
      { phase: 'Failed', run: ended(137, { reason: 'OOMKilled' }) },
      {},
      exit({ exitCode: 137, signal: 'SIGKILL', message: 'it used more memory than its limit (OOMKilled)' }),
    ],
    [
      'it was evicted while it ran',
      { phase: 'Failed', run: ended(137), status: { reason: 'Evicted', message: 'low on memory' } },
      {},
      exit({ exitCode: 137, message: 'Evicted: low on memory' }),
    ],
    [
      'it was evicted before it ran',
      { phase: 'Failed', status: { reason: 'Evicted', message: 'low on memory' } },
      {},
      unstartable('Evicted: low on memory'),
    ],
    [
      'its node refused it',
      { phase: 'Failed', status: { reason: 'OutOfcpu', message: 'not enough' } },
      {},
      unstartable('OutOfcpu: not enough'),
    ],
    [
      'its program is not there',
      {
        phase: 'Failed',
        run: ended(128, { reason: 'StartError', message: 'exec: "x": executable file not found in $PATH' }),
      },
      {},
      unstartable('train$er: ENOENT'),
    ],
    [
      'its program cannot be run',
      { phase: 'Failed', run: ended(128, { reason: 'StartError', message: 'exec format error' }) },
      {},
      unstartable('exec format error'),
    ],
    [
      'its inputs did not come',
      { phase: 'Failed', in: ended(1, { message: 'HTTP 401' }) },
      {},
      unstartable('its inputs could not be laid out: HTTP 401'),
    ],
    [
      'its inputs did not come, and said nothing',
      { phase: 'Failed', in: ended(2) },
      {},
      unstartable('its inputs could not be laid out: exit code 2'),
    ],
    [
      'its time is over',
      { phase: 'Failed', run: ended(143), status: PAST },
      {},
      { kind: 'exited', exit: { cause: 'timeout', signal: 'SIGTERM' } },
    ],
    [
      'its time is over, it did not listen',
      { phase: 'Failed', run: ended(137), status: PAST },
      {},
      { kind: 'exited', exit: { cause: 'timeout', signal: 'SIGKILL' } },
    ],
    [
      'its time was over before it began',
      { phase: 'Failed', in: ended(143), status: PAST },
      {},
      unstartable('its time was over before it began: for its node to begin'),
    ],
    [
      'its time was over while its outputs were sent',
      { phase: 'Failed', run: DONE, out: ended(143), status: PAST },
      {},
      { kind: 'exited', exit: { cause: 'timeout', exitCode: 0 } },
    ],
    [
      'it was stopped',
      { phase: 'Failed', run: ended(3), status: PAST },
      { isStopped: true },
      { kind: 'exited', exit: { cause: 'stopped', exitCode: 3 } },
    ],
    [
      'it was stopped before it ran',
      { phase: 'Failed', in: ended(143), status: PAST },
      { isStopped: true },
      STOPPED,
    ],
    [
      'it failed by itself before the stop came',
      { phase: 'Failed', run: ended(3) },
      { isStopped: true },
      exit({ exitCode: 3 }),
    ],
    ['somebody deleted it', { phase: 'Failed', run: ended(137), metadata: deleted(-5) }, {}, GONE],
    [
      'it failed, and then somebody deleted it',
      { phase: 'Failed', run: ended(3, { finishedAt: ago(300) }), metadata: deleted(-5) },
      {},
      exit({ exitCode: 3 }),
    ],
    ['it is being deleted', { phase: 'Running', run: running, metadata: deleted(5) }, {}, RUNNING],
    ['its node does not answer', { phase: 'Running', run: running, metadata: deleted(400) }, {}, GONE],
    [
      'its node came back without it',
      { phase: 'Failed', run: ended(137, { reason: 'ContainerStatusUnknown' }) },
      {},
      GONE,
    ],
    ['its node went away with it', { phase: 'Failed', run: running }, {}, GONE],
    ['it waits for a node', { status: unplaced }, {}, RUNNING],
    [
      'it waited for a node for too long',
      { status: unplaced, metadata: { creationTimestamp: ago(61) } },
      {},
      unstartable('after 61 s it still waited: 0/3 nodes: no GPU'),
    ],
    [
      'it waited for too long, and was to stop',
      { status: unplaced, metadata: { creationTimestamp: ago(61) } },
      { isStopped: true },
      STOPPED,
    ],
    [
      'it waits for a node while its Job is suspended',
      { status: unplaced, metadata: { creationTimestamp: ago(999) } },
      { job: job({}, { suspend: true }) },
      RUNNING,
    ],
    ['it waits for its image', { in: DONE, run: waiting('ErrImagePull', 'not found') }, {}, RUNNING],
    [
      'it waited for its image for too long',
      { in: ended(0, { finishedAt: ago(70) }), run: waiting('ImagePullBackOff', 'not found') },
      {},
      unstartable('after 70 s it still waited: run: ImagePullBackOff: not found'),
    ],
    [
      'its image began to be waited for after long staging',
      {
        in: ended(0, { finishedAt: ago(5) }),
        run: waiting('ImagePullBackOff'),
        metadata: { creationTimestamp: ago(9_999) },
      },
      {},
      RUNNING,
    ],
    [
      'it is configured wrongly',
      { in: ended(0, { finishedAt: ago(61) }), run: waiting('CreateContainerConfigError', 'runAsNonRoot') },
      { patienceMs: 900_000 },
      unstartable('after 61 s it still waited: run: CreateContainerConfigError: runAsNonRoot'),
    ],
  ];
  it.each(cases)('%s', (_, pod, sight, expected) => {
    expect(look({ pod: podOf(pod), ...sight })).toEqual(expected);
  });
});

describe('what is seen without a pod', () => {
  const old = job({ startTime: ago(90) });
  const cases: [string, Partial<Sight>, object][] = [
    ['the Job was just made', { hadPod: false }, RUNNING],
    ['the Job is suspended', { job: { ...old, spec: { suspend: true } as never }, hadPod: false }, RUNNING],
    ['no pod was made for it', { job: old, hadPod: false }, unstartable('after 90 s no pod was made for it')],
    ['its pod is gone, and its Job does not know yet', { job: old }, RUNNING],
    ['its pod is gone', { job: failedBy('BackoffLimitExceeded') }, GONE],
    [
      'its pod is gone, after its outputs came',
      { job: failedBy('BackoffLimitExceeded'), isSealed: true },
      exit({ exitCode: 0 }),
    ],
    ['its pod is gone, as was wanted', { job: failedBy('BackoffLimitExceeded'), isStopped: true }, STOPPED],
    [
      'its Job ran out of time',
      { job: failedBy('DeadlineExceeded') },
      { kind: 'exited', exit: { cause: 'timeout' } },
    ],
    [
      'its Job ran out of time, after its outputs came',
      { job: failedBy('DeadlineExceeded'), isSealed: true },
      exit({ exitCode: 0 }),
    ],
    ['its Job is gone', { job: undefined }, GONE],
    ['its Job is gone, after its outputs came', { job: undefined, isSealed: true }, exit({ exitCode: 0 })],
    ['its Job is gone, as was wanted', { job: undefined, isStopped: true }, STOPPED],
  ];
  it.each(cases)('%s', (_, sight, expected) => {
    expect(look(sight)).toEqual(expected);
  });
});

it('what others say at length is cut', () => {
  const message = 'x'.repeat(5_000);
  const seen = look({ pod: podOf({ phase: 'Failed', status: { reason: 'Evicted', message } }) });
  expect((seen as { exit: { message: string } }).exit.message).toHaveLength(1_000);
});
