import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import 'reflect-metadata';
import { type Lease, LeaseLostError, Leases } from '../src/platform/index.js';
import {
  ObjectRepository,
  type PendingObject,
  type Told,
} from '../src/sources/kubernetes/object.repository.js';
import type { Observation } from '../src/sources/kubernetes/objects/observation.js';
import { openTestDatabase, type OpenDatabase } from './support/platform.js';

let open: OpenDatabase;
let objects: ObjectRepository;
let leases: Leases;
let lease: Lease;
let cluster: string;

beforeAll(async () => {
  open = await openTestDatabase();
  leases = new Leases(open.database);
  objects = new ObjectRepository(open.database, leases);
  lease = (await leases.acquire('kubernetes', 600_000))!;
});
afterAll(() => open.close());
beforeEach(() => void (cluster = randomUUID()));

const pod = (name: string, parts: Partial<Observation> = {}): Observation => ({
  ...{ kind: 'Pod', uid: `uid-${name}`, namespace: 'team', name, isService: false },
  ...{ links: { inputs: [], outputs: [], entries: 0, problems: [] }, variables: { problems: [] }, told: {} },
  ...parts,
});
const put = (listing: string, ...observations: Observation[]) =>
  objects.put(
    lease,
    cluster,
    listing,
    observations.map((observation) => ({ observation, isGone: false })),
  );
const names = async () =>
  (await objects.pending(cluster, 100)).map(({ observation }) => observation.name).sort();
const told = (object: PendingObject, parts: Partial<Told> = {}): Told => ({
  ...{ object, hasStarted: true, progressHash: null, hasEnded: false },
  ...parts,
});
async function tellAll(parts: Partial<Told> = {}): Promise<void> {
  const pending = await objects.pending(cluster, 100);
  await objects.told(
    lease,
    cluster,
    pending.map((object) => told(object, parts)),
  );
}

describe('objects of the cluster', () => {
  const first = randomUUID();

  test('wait to be told of until they were, and again when they change', async () => {
    expect(await objects.dueInMs(cluster)).toBeUndefined();
    await put(first, pod('a'), pod('b'));
    expect(await names()).toEqual(['a', 'b']);
    expect(await objects.dueInMs(cluster)).toBe(0);
    await tellAll();
    expect([await names(), await objects.dueInMs(cluster)]).toEqual([[], undefined]);
    await put(first, pod('a'), pod('b', { startedAt: '2026-01-02T03:04:05Z' }));
    expect(await objects.pending(cluster, 100)).toMatchObject([{ uid: 'uid-b', hasStarted: true }]);
  });

  test('that change while they are told of wait on', async () => {
    await put(first, pod('a'));
    const [before] = await objects.pending(cluster, 1);
    await put(first, pod('a', { told: { phase: 'Running' } }));
    await objects.told(lease, cluster, [told(before!)]);
    expect(await names()).toEqual(['a']);
    const [changed] = await objects.pending(cluster, 1);
    await objects.put(lease, cluster, first, [{ observation: changed!.observation, isGone: true }]);
    await objects.told(lease, cluster, [told(changed!)]);
    expect(await names()).toEqual(['a']);
  });

  test('that a whole list did not see are gone, once, and in its scope only', async () => {
    await put(first, pod('a'), pod('b'), pod('c', { namespace: 'other' }), pod('d', { kind: 'Job' }));
    await tellAll();
    const second = randomUUID();
    await put(second, pod('a'));
    await objects.touch(lease, cluster, second, ['uid-b']);
    const scope = { kind: 'Pod', namespace: 'team' } as const;
    expect(await objects.markGone(lease, cluster, scope, second)).toBe(0);
    expect(await objects.markGone(lease, cluster, { kind: 'Pod' }, second)).toBe(1);
    expect(await objects.markGone(lease, cluster, { kind: 'Pod' }, second)).toBe(0);
    const [gone] = await objects.pending(cluster, 100);
    expect([gone!.uid, gone!.goneAt]).toEqual(['uid-c', expect.any(Date)]);
    expect((await objects.counts(cluster)).objects).toEqual({ Pod: 2, Job: 1, CronJob: 0, Deployment: 0 });
  });

  test('that are gone keep the time that was told of them', async () => {
    await put(first, pod('a'));
    const seen = [{ observation: pod('a'), isGone: true }];
    await objects.put(lease, cluster, first, seen);
    const [before] = await objects.pending(cluster, 1);
    await objects.put(lease, cluster, first, seen);
    const [after] = await objects.pending(cluster, 1);
    expect(after!.goneAt).toEqual(before!.goneAt);
  });

  test('that are refused are tried again later, or as soon as they change', async () => {
    await put(first, pod('a'));
    await tellAll({ again: { afterMs: 60_000, problem: 'may not' } });
    expect(await names()).toEqual([]);
    expect(await objects.dueInMs(cluster)).toBeGreaterThan(50_000);
    expect(await objects.counts(cluster)).toMatchObject({ refused: 1, problem: 'may not' });
    await put(first, pod('a', { told: { phase: 'Running' } }));
    expect(await objects.pending(cluster, 1)).toMatchObject([{ tries: 0 }]);
  });

  test('are told of whatever lineage says of them, cut within a character too', async () => {
    await put(first, pod('a'));
    await tellAll({ again: { afterMs: 60_000, problem: `\0${'x'.repeat(998)}😀` } });
    expect((await objects.counts(cluster)).problem).toMatch(/^\ufffdx{998}\ufffd$/);
  });

  test('are written by who holds the lease, and by nobody else', async () => {
    const late = { ...lease, epoch: '999' };
    for (const write of [
      () => objects.put(late, cluster, first, []),
      () => objects.markGone(late, cluster, { kind: 'Pod' }, first),
      () => objects.told(late, cluster, []),
    ])
      await expect(write()).rejects.toThrow(LeaseLostError);
  });

  test('are forgotten a day after they are gone, and a week if lineage does not take them', async () => {
    const all = ['told', 'refused', 'waiting'];
    await put(first, ...all.map((name) => pod(name)));
    await objects.markGone(lease, cluster, { kind: 'Pod' }, randomUUID());
    const pending = await objects.pending(cluster, 3);
    const called = (name: string) => pending.find(({ uid }) => uid === `uid-${name}`)!;
    const again = { afterMs: 1, problem: 'may not' };
    await objects.told(lease, cluster, [told(called('told')), told(called('refused'), { again })]);
    const leftAfter = async (days: number) => {
      await open.database.query("UPDATE kubernetes_object SET gone_at = now() - $1 * interval '1 day'", [
        days,
      ]);
      await objects.forget(24, 7 * 24);
      const left = await objects.observations(
        cluster,
        all.map((name) => `uid-${name}`),
      );
      return [...left.values()].map(({ name }) => name).sort();
    };
    expect(await leftAfter(0.5)).toEqual(['refused', 'told', 'waiting']);
    expect(await leftAfter(2)).toEqual(['refused', 'waiting']);
    expect(await leftAfter(8)).toEqual(['waiting']);
  });

  test('are found by uid and by name', async () => {
    await put(first, pod('a'), pod('web', { kind: 'Deployment' }));
    expect([...(await objects.observations(cluster, ['uid-a', 'uid-x'])).keys()]).toEqual(['uid-a']);
    expect([...(await objects.deployments(cluster, ['team/web', 'other/web'])).keys()]).toEqual(['team/web']);
  });
});
