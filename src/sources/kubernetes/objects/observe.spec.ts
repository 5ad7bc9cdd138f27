import { describe, expect, test } from '@jest/globals';
import { InvalidInputError } from '../../../platform/errors/index.js';
import type { Kind } from './kinds.js';
import { observe } from './observe.js';

const at = (second: number) => `2026-01-02T03:04:${String(second).padStart(2, '0')}Z`;
const metadata = (parts: object = {}) => ({
  ...{ uid: 'u', name: 'n', namespace: 'team', creationTimestamp: at(0), ...parts },
});
const pod = (status: object, parts: object = {}, restartPolicy = 'Never') => ({
  metadata: metadata(parts),
  spec: { restartPolicy, containers: [{ name: 'main' }] },
  status,
});
const container = (state: object, parts: object = {}) => ({ name: 'main', restartCount: 0, state, ...parts });
const terminated = (exitCode: number, second: number, parts: object = {}) =>
  container({ terminated: { exitCode, finishedAt: at(second), ...parts } });
const job = (status: object, parts: object = {}) => ({
  metadata: metadata(parts),
  spec: { template: { spec: { containers: [{ name: 'main' }] } } },
  status,
});
const condition = (type: string, second: number, parts: object = {}) => ({
  ...{ type, status: 'True', lastTransitionTime: at(second), ...parts },
});
const cronJob = (parts: object = {}, more: object = {}) => ({
  metadata: metadata(more),
  spec: { schedule: '@daily', jobTemplate: { spec: job({}).spec }, ...parts },
});
const deployment = (conditions: object[], more: object = {}) => ({
  metadata: metadata(more),
  spec: { replicas: 2, selector: { matchLabels: { app: 'n' } }, template: job({}).spec.template },
  status: { conditions },
});

/** What is read of the life of an object: [start, [running, at], [end, at]]. */
type Row = [
  string,
  Kind,
  object,
  string | undefined,
  readonly [boolean, string] | undefined,
  readonly [string, string] | undefined,
];

const gracefully = { deletionTimestamp: at(40), deletionGracePeriodSeconds: 30 };
const ROWS: Row[] = [
  ['a pod that no node took', 'Pod', pod({ phase: 'Pending' }), undefined, undefined, undefined],
  [
    'a pod that fits nowhere',
    'Pod',
    pod({
      phase: 'Pending',
      conditions: [condition('PodScheduled', 2, { status: 'False', reason: 'Unschedulable' })],
    }),
    ...([undefined, [false, at(2)], undefined] as const),
  ],
  [
    'a pod whose containers are being made',
    'Pod',
    pod({
      ...{ phase: 'Pending', startTime: at(1) },
      containerStatuses: [container({ waiting: { reason: 'ContainerCreating' } })],
    }),
    ...([at(1), undefined, undefined] as const),
  ],
  [
    'a pod whose image cannot be had',
    'Pod',
    pod({
      ...{ phase: 'Pending', startTime: at(1), conditions: [condition('PodScheduled', 1)] },
      containerStatuses: [container({ waiting: { reason: 'ImagePullBackOff' } })],
    }),
    ...([at(1), [false, at(1)], undefined] as const),
  ],
  [
    'a pod that runs',
    'Pod',
    pod({
      ...{ phase: 'Running', startTime: at(1) },
      containerStatuses: [container({ running: { startedAt: at(3) } })],
    }),
    ...([at(1), [true, at(3)], undefined] as const),
  ],
  [
    'a pod that succeeded',
    'Pod',
    pod({ phase: 'Succeeded', startTime: at(1), containerStatuses: [terminated(0, 7)] }),
    ...([at(1), undefined, ['complete', at(7)]] as const),
  ],
  [
    'a pod that failed',
    'Pod',
    pod({ phase: 'Failed', startTime: at(1), containerStatuses: [terminated(0, 9), terminated(3, 7)] }),
    ...([at(1), undefined, ['fail', at(9)]] as const),
  ],
  [
    'a pod that was evicted before it had containers',
    'Pod',
    pod({ phase: 'Failed', startTime: at(5), reason: 'Evicted', message: 'low on memory' }),
    ...([at(5), undefined, ['fail', at(5)]] as const),
  ],
  [
    'a pod that failed because it was told to go',
    'Pod',
    pod({ phase: 'Failed', startTime: at(1), containerStatuses: [terminated(143, 12)] }, gracefully),
    ...([at(1), undefined, ['abort', at(12)]] as const),
  ],
  [
    'a pod that had failed before it was told to go',
    'Pod',
    pod({ phase: 'Failed', startTime: at(1), containerStatuses: [terminated(1, 9)] }, gracefully),
    ...([at(1), undefined, ['fail', at(9)]] as const),
  ],
  [
    'a pod that runs and was told to go',
    'Pod',
    pod({ phase: 'Running', startTime: at(1) }, gracefully),
    ...([at(1), [true, at(1)], undefined] as const),
  ],
  [
    'a pod that nobody knows of',
    'Pod',
    pod({ phase: 'Unknown', startTime: at(1) }),
    at(1),
    undefined,
    undefined,
  ],
  ['a pod without a status', 'Pod', pod(undefined as never), undefined, undefined, undefined],
  ['a Job that waits', 'Job', job({}), undefined, undefined, undefined],
  ['a Job that runs', 'Job', job({ startTime: at(1), active: 1 }), at(1), [true, at(1)], undefined],
  [
    'a Job between its pods',
    'Job',
    job({ startTime: at(1), active: 0, failed: 1 }),
    at(1),
    undefined,
    undefined,
  ],
  [
    'a Job that is suspended',
    'Job',
    job({ conditions: [condition('Suspended', 4)] }),
    ...([undefined, [false, at(4)], undefined] as const),
  ],
  [
    'a Job whose criteria are met, and whose pods are not over',
    'Job',
    job({ startTime: at(1), active: 1, conditions: [condition('SuccessCriteriaMet', 4)] }),
    ...([at(1), [true, at(1)], undefined] as const),
  ],
  [
    'a Job that completed',
    'Job',
    job({ startTime: at(1), completionTime: at(8), conditions: [condition('Complete', 9)] }),
    ...([at(1), undefined, ['complete', at(8)]] as const),
  ],
  [
    'a Job that failed',
    'Job',
    job({ startTime: at(1), conditions: [condition('Failed', 9, { reason: 'DeadlineExceeded' })] }),
    ...([at(1), undefined, ['fail', at(9)]] as const),
  ],
  [
    'a Job that did not fail',
    'Job',
    job({ startTime: at(1), conditions: [condition('Failed', 9, { status: 'False' })] }),
    ...([at(1), undefined, undefined] as const),
  ],
  ['a CronJob', 'CronJob', cronJob(), at(0), [true, at(0)], undefined],
  ['a CronJob that is suspended', 'CronJob', cronJob({ suspend: true }), at(0), [false, at(0)], undefined],
  [
    'a CronJob that was changed',
    'CronJob',
    cronJob({}, { managedFields: [{ time: at(5) }, { time: at(9), subresource: 'status' }] }),
    ...([at(0), [true, at(5)], undefined] as const),
  ],
  ['a Deployment of which nothing is known', 'Deployment', deployment([]), at(0), undefined, undefined],
  ['a Deployment', 'Deployment', deployment([condition('Available', 3)]), at(0), [true, at(3)], undefined],
  [
    'a Deployment without its pods',
    'Deployment',
    deployment([condition('Available', 3, { status: 'False' })]),
    ...([at(0), [false, at(3)], undefined] as const),
  ],
];

describe('what is read of the life of', () => {
  test.each(ROWS)('%s', (_, kind, object, startedAt, progress, end) => {
    const seen = observe(kind, object);
    expect([
      seen.startedAt,
      seen.progress && [seen.progress.isRunning, seen.progress.at],
      seen.end && [seen.end.outcome, seen.end.at],
    ]).toEqual([startedAt, progress, end]);
  });
});

describe('an observation', () => {
  test('says why a pod failed, by its first container that did', () => {
    const failed = terminated(3, 7, { reason: 'Error', message: 'no\u0000 luck\u0007' });
    const seen = observe(
      'Pod',
      pod({ phase: 'Failed', reason: 'X', containerStatuses: [terminated(0, 1), failed] }),
    );
    expect(seen.end?.message).toBe('X; container main exited with 3 (Error: no luck)');
  });

  test('has the owner that controls, and no other', () => {
    const other = { apiVersion: 'v1', kind: 'Config', name: 'c', uid: 'c' };
    const owner = { apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'j', controller: true };
    expect(observe('Pod', pod({}, { ownerReferences: [other, owner] })).owner).toEqual({
      ...{ kind: 'Job', name: 'j', uid: 'j' },
    });
    expect(observe('Pod', pod({}, { ownerReferences: [other] })).owner).toBeUndefined();
  });

  test('knows a service by its restarts', () => {
    expect(observe('Pod', pod({}, {}, 'Always')).isService).toBe(true);
    expect(observe('Pod', pod({}, {}, 'OnFailure')).isService).toBe(false);
  });

  test('grows in rank with restarts and digests, while its time stays', () => {
    const running = (parts: object) =>
      observe('Pod', pod({ phase: 'Running', startTime: at(1), containerStatuses: [container({}, parts)] }));
    const ranks = [
      running({}),
      running({ restartCount: 1 }),
      running({ restartCount: 1, imageID: `r/i@sha256:${'a'.repeat(64)}` }),
    ].map(({ progress }) => progress!.rank);
    expect(ranks).toEqual([1, 2, 3]);
  });

  test.each<[string, Kind, object, string]>([
    ['a time that is none', 'Pod', pod({ startTime: 'yesterday' }), 'Pod.status.startTime'],
    ['a name that is none', 'Pod', { ...pod({}), metadata: metadata({ name: 7 }) }, 'Pod.metadata.name'],
    ['no containers', 'Pod', { metadata: metadata(), spec: {} }, 'Pod.spec.containers'],
    ['another kind', 'CronJob', job({}), 'CronJob.spec.schedule'],
  ])('is not made of an object with %s', (_, kind, object, field) => {
    expect(() => observe(kind, object)).toThrow(InvalidInputError);
    expect(() => observe(kind, object)).toThrow(field);
  });

  test.each([null, undefined, 7, 'x', [], {}])('is not made of %j', (object) => {
    expect(() => observe('Pod', object)).toThrow(InvalidInputError);
  });
});
