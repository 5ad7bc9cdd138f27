import { describe, expect, test } from '@jest/globals';
import { NO_LINKS } from '../objects/data-links.js';
import type { Observation } from '../objects/observation.js';
import { runIdOf } from './cluster.js';
import { eventTimeOf } from './instant.js';
import { lifeOf } from './life.js';
import { contentHash, eventsOf, withoutOutputs } from './object-events.js';
import { type Known, ownersOf } from './owners.js';
import { planOf } from './plan.js';
import { selects } from './selects.js';

const CLUSTER = { uid: '77527a67-5da6-4602-bf21-03ef1938b95d', namespace: 'kubernetes://test' };
const T = '2026-01-02T03:04:05Z';
const LATER = '2026-01-02T03:04:09Z';
const GONE = new Date('2026-01-02T03:10:00.250Z');

const seen = (kind: Observation['kind'], name: string, parts: Partial<Observation> = {}): Observation => ({
  ...{ kind, uid: `uid-${name}`, namespace: 'team', name, isService: false, links: NO_LINKS },
  ...{ variables: { problems: [] }, told: {} },
  ...parts,
});
const ownedBy = (kind: string, name: string) => ({ owner: { kind, name, uid: `uid-${name}` } });
const knowing = (...objects: Observation[]): Known => ({
  byUid: (uid) => objects.find((each) => each.uid === uid),
  deployment: (namespace, name) =>
    objects.find((each) => each.kind === 'Deployment' && each.namespace === namespace && each.name === name),
});
const cronJob = seen('CronJob', 'nightly', { startedAt: T });
const job = seen('Job', 'nightly-1', { ...ownedBy('CronJob', 'nightly'), startedAt: T, nominalTime: T });
const pod = seen('Pod', 'nightly-1-x', { ...ownedBy('Job', 'nightly-1'), startedAt: T });

test('a run id is the UUIDv5 of the cluster and the object', () => {
  // RFC 9562, A.4: the DNS namespace and www.example.com.
  expect(runIdOf('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com')).toBe(
    '2ed6657d-e927-568b-95e1-2665a8aea6a2',
  );
});

test('events of one second stand in the order of what they say', () => {
  const times = [999, 7, 0].map((rank) => eventTimeOf('2026-01-02T04:04:05+01:00', rank));
  expect(times.sort()).toEqual(
    ['000000', '000007', '000999'].map((micros) => `2026-01-02T03:04:05.${micros}Z`),
  );
});

describe('the end of an object that is gone', () => {
  const ran = { startedAt: T };
  const jobEnded = (outcome: 'complete' | 'fail', succeeded: number, failed: number) =>
    seen('Job', 'j', { end: { outcome, at: LATER, message: 'why' }, told: { succeeded, failed } });
  test.each<[string, Observation, Observation | undefined, string | undefined, string | undefined]>([
    [
      'that had ended is as it was seen',
      seen('Pod', 'p', { ...ran, end: { outcome: 'fail', at: T } }),
      undefined,
      'fail',
      T,
    ],
    ['that nobody saw is an abort', seen('Pod', 'p', ran), undefined, 'abort', GONE.toISOString()],
    [
      'that was told to go is then',
      seen('Pod', 'p', { ...ran, deletedAt: LATER }),
      undefined,
      'abort',
      LATER,
    ],
    [
      'that was gone before it had to be is when that was seen',
      seen('Pod', 'p', { ...ran, deletedAt: '2027-01-01T00:00:00Z' }),
      undefined,
      'abort',
      GONE.toISOString(),
    ],
    [
      'whose Job completed without a failure is complete',
      seen('Pod', 'p', ran),
      jobEnded('complete', 3, 0),
      'complete',
      LATER,
    ],
    [
      'whose Job completed after a failure is not known',
      seen('Pod', 'p', ran),
      jobEnded('complete', 1, 1),
      'abort',
      GONE.toISOString(),
    ],
    [
      'whose Job failed without a success is a failure',
      seen('Pod', 'p', ran),
      jobEnded('fail', 0, 2),
      'fail',
      LATER,
    ],
    [
      'whose Job failed after a success is not known',
      seen('Pod', 'p', ran),
      jobEnded('fail', 1, 1),
      'abort',
      GONE.toISOString(),
    ],
    [
      'whose Job is not over is not known',
      seen('Pod', 'p', ran),
      seen('Job', 'j'),
      'abort',
      GONE.toISOString(),
    ],
    ['as a Job is an abort', seen('Job', 'j', ran), undefined, 'abort', GONE.toISOString()],
    ['as a CronJob is in order', seen('CronJob', 'c', ran), undefined, 'complete', GONE.toISOString()],
    ['as a Deployment is in order', seen('Deployment', 'd', ran), undefined, 'complete', GONE.toISOString()],
    ['that had not begun is none', seen('Pod', 'p'), undefined, undefined, undefined],
    [
      'that had not begun, and was told of, is an abort',
      seen('Pod', 'p', { progress: { isRunning: false, at: T, rank: 1 } }),
      undefined,
      'abort',
      GONE.toISOString(),
    ],
  ])('%s', (_, observation, owner, outcome, at) => {
    const { end } = lifeOf(observation, GONE, owner);
    expect([end?.outcome, end?.at]).toEqual([outcome, at]);
  });
});

describe('owners', () => {
  test('lead to the workload that all belongs to', () => {
    const chain = ownersOf(pod, knowing(job, cronJob));
    expect(chain).toMatchObject({ isWhole: true, workload: { kind: 'CronJob', name: 'nightly' } });
    expect(chain.owners.map(({ name }) => name)).toEqual(['nightly-1', 'nightly']);
  });

  test('that are not known yet are said to be missing, those of kinds that are not read are taken as they are', () => {
    expect(ownersOf(pod, knowing())).toMatchObject({
      isWhole: false,
      missing: { kind: 'Job', uid: 'uid-nightly-1' },
    });
    expect(ownersOf(pod, knowing(job))).toMatchObject({ isWhole: false, missing: { kind: 'CronJob' } });
    const inSet = ownersOf(seen('Pod', 'db-0', ownedBy('StatefulSet', 'db')), knowing());
    expect(inSet).toMatchObject({ isWhole: false, workload: { kind: 'StatefulSet', name: 'db' } });
    expect(inSet.missing).toBeUndefined();
  });

  const replica = (parts: Partial<NonNullable<Observation['replica']>> = {}, name = 'web-5d9') =>
    seen('Pod', 'web-5d9-x', {
      ...ownedBy('ReplicaSet', name),
      replica: { templateHash: '5d9', labels: { app: 'web' }, createdAt: LATER, ...parts },
    });
  const web = (since = T, matchLabels: Record<string, string> = { app: 'web' }) =>
    seen('Deployment', 'web', { selects: { selector: { matchLabels }, since } });

  test('of a pod of a ReplicaSet are its Deployment, by name, hash, selector and age', () => {
    expect(ownersOf(replica(), knowing(web()))).toMatchObject({
      isWhole: true,
      owners: [{ kind: 'Deployment' }],
    });
    for (const [deployment, its] of [
      [web('2026-01-02T03:04:10Z'), replica()],
      [web(T, { app: 'api' }), replica()],
      [web(T, {}), replica()],
      [web(), replica({ templateHash: '5d8' })],
      [web(), replica({}, 'web2-5d9')],
    ] as const) {
      const chain = ownersOf(its, knowing(deployment));
      expect(chain.owners).toEqual([]);
      expect(chain).toMatchObject({ isWhole: false, workload: { kind: 'ReplicaSet' } });
    }
  });

  test('that own each other end somewhere', () => {
    const a = seen('Job', 'a', ownedBy('Job', 'b'));
    const b = seen('Job', 'b', ownedBy('Job', 'a'));
    expect(ownersOf(a, knowing(a, b)).isWhole).toBe(false);
  });
});

test('a selector picks by labels and expressions, and nothing by what it does not know', () => {
  const labels = { app: 'web', tier: 'front' };
  const by = (operator: string, key: string, values?: string[]) =>
    selects({ matchExpressions: [{ key, operator, values }] }, labels);
  expect([
    ...[by('In', 'tier', ['front']), by('NotIn', 'tier', ['back']), by('NotIn', 'x', ['y'])],
    ...[by('Exists', 'app'), by('DoesNotExist', 'x')],
  ]).toEqual([true, true, true, true, true]);
  expect([
    ...[by('In', 'tier', ['back']), by('In', 'x', ['y']), by('NotIn', 'tier', ['front'])],
    ...[by('Exists', 'x'), by('DoesNotExist', 'app'), by('Gt', 'app', ['a']), selects({}, labels)],
  ]).toEqual([false, false, false, false, false, false, false]);
});

describe('the plan for an object', () => {
  const fresh = { goneAt: null, knownMs: 100, goneMs: null };
  const gone = { goneAt: GONE, knownMs: 90_000 };
  test.each<[string, object, Known, boolean, string]>([
    ['waits for an owner that must come', { observation: pod, ...fresh }, knowing(), true, 'wait'],
    [
      'waits no longer than it may take',
      { observation: pod, ...fresh, knownMs: 2_500 },
      knowing(),
      true,
      'tell',
    ],
    [
      'waits longer while owners cannot be read',
      { observation: pod, ...fresh, knownMs: 2_500 },
      knowing(),
      false,
      'wait',
    ],
    ['and not for ever', { observation: pod, ...fresh, knownMs: 61_000 }, knowing(), false, 'tell'],
    [
      'waits for what the Job says of a pod that is gone',
      { observation: pod, ...gone, goneMs: 100 },
      knowing(job, cronJob),
      true,
      'wait',
    ],
    [
      'tells when the Job has nothing to say',
      { observation: pod, ...gone, goneMs: 2_500 },
      knowing(job, cronJob),
      true,
      'tell',
    ],
    ['tells at once of what is whole', { observation: pod, ...fresh }, knowing(job, cronJob), true, 'tell'],
  ])('%s', (_, object, known, isCurrent, type) => {
    expect(planOf(object as never, known, () => isCurrent).type).toBe(type);
  });
});

describe('events', () => {
  const known = knowing(job, cronJob);
  const tell = (observation: Observation, by = known) =>
    eventsOf(CLUSTER, observation, lifeOf(observation), ownersOf(observation, by));

  test('are the same for the same state, byte by byte', () => {
    const state = { ...pod, end: { outcome: 'complete', at: LATER } } as const;
    expect(JSON.stringify(tell(structuredClone(state)))).toBe(JSON.stringify(tell(state)));
    const { start, end, progress } = tell(state);
    expect([start?.eventType, end?.eventType, progress]).toEqual(['START', 'COMPLETE', undefined]);
    expect([start?.eventTime, end?.eventTime]).toEqual([
      ...['2026-01-02T03:04:05.000000Z', '2026-01-02T03:04:09.000999Z'],
    ]);
  });

  test('of one content are known as such, whenever they happen', () => {
    const { start } = tell(pod);
    expect(contentHash({ ...start!, eventTime: LATER })).toBe(contentHash(start!));
    expect(contentHash({ ...start!, eventType: 'FAIL' })).not.toBe(contentHash(start!));
  });

  test('name job, parent, root and nominal time', () => {
    const { start } = tell(pod);
    const name = 'team/CronJob/nightly';
    expect(start?.job).toMatchObject({ namespace: CLUSTER.namespace, name });
    expect(start?.run.facets?.parent).toMatchObject({
      ...{ run: { runId: runIdOf(CLUSTER.uid, job.uid) }, job: { name } },
      root: { run: { runId: runIdOf(CLUSTER.uid, cronJob.uid) }, job: { name } },
    });
    expect(start?.run.facets?.nominalTime?.nominalStartTime).toBe('2026-01-02T03:04:05.000Z');
    expect(tell(pod, knowing(job)).start?.run.facets?.parent?.root).toBeUndefined();
    expect(tell(cronJob).start?.run.facets?.parent).toBeUndefined();
  });

  test('hang below the run that launched them', () => {
    const parent = { namespace: 'airflow', name: 'etl', runId: runIdOf(CLUSTER.uid, 'etl') };
    const variables = { parent, problems: [] };
    expect(tell({ ...pod, variables }).start?.run.facets?.parent).toMatchObject({
      ...{ run: { runId: parent.runId }, job: { namespace: 'airflow', name: 'etl' } },
    });
    const launched = { ...seen('Job', 'alone'), variables: { ...variables, root: parent } };
    const its = seen('Pod', 'alone-x', { ...ownedBy('Job', 'alone'), startedAt: T });
    expect(tell(its, knowing(launched)).start?.run.facets?.parent?.root?.run.runId).toBe(parent.runId);
  });

  const links = {
    ...NO_LINKS,
    inputs: [{ namespace: 'n', name: 'in' }],
    outputs: [{ namespace: 'n', name: 'out' }],
    entries: 2,
  };
  test('say what a batch wrote when it is complete, what a service writes while it runs, and of a schedule nothing', () => {
    const written = (observation: Observation) => {
      const { start, progress, end } = tell({ ...observation, links });
      return [start, progress, end].map((event) => event?.outputs?.length);
    };
    const progress = { isRunning: true, at: T, rank: 1 };
    expect(written({ ...pod, progress })).toEqual([0, 0, undefined]);
    expect(written({ ...pod, end: { outcome: 'complete', at: T } })).toEqual([0, undefined, 1]);
    expect(written({ ...pod, end: { outcome: 'fail', at: T } })).toEqual([0, undefined, 0]);
    expect(written({ ...pod, isService: true, progress })).toEqual([0, 1, undefined]);
    expect(written({ ...cronJob, progress })).toEqual([0, 0, undefined]);
  });

  test('take the links of the nearest owner that has any', () => {
    expect(tell(pod, knowing({ ...job, links }, cronJob)).start?.inputs).toHaveLength(1);
    expect(tell(pod, knowing(job, { ...cronJob, links })).start?.inputs).toHaveLength(1);
  });

  test('leave out what may not be said, and say so', () => {
    const { end } = tell({ ...pod, links, end: { outcome: 'complete', at: T } });
    const rest = withoutOutputs(end!, 'no rule allows it');
    expect(rest.outputs).toEqual([]);
    expect(rest.run.facets?.extractionError).toMatchObject({
      ...{ totalTasks: 1, failedTasks: 1 },
      errors: [{ errorMessage: 'cairn.dev/outputs: not taken (n out): no rule allows it' }],
    });
  });
});
