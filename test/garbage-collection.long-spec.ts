import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { RepositoryService } from '../src/catalog/index.js';
import { OperationService } from '../src/catalog/index.js';
import { CAIRN_ITSELF } from '../src/identity/index.js';
import { Database } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';

/** Three seconds of grace and one to undo: long beside a request, short beside a test. */
const SECOND = 1 / 3600;
const GRACE_MS = 3_200;
const UNDO_MS = 1_200;

let cairn: TestCairn;
beforeAll(async () => {
  cairn = await startTestCairn({
    CAIRN_GC_EVERY_HOURS: '0',
    CAIRN_GC_GRACE_HOURS: String(3 * SECOND),
    CAIRN_GC_UNDO_HOURS: String(SECOND),
    CAIRN_GC_HISTORY_DAYS: '0',
  });
}, 60_000);
afterAll(() => cairn.stop());

/** What collections, and those who write for them to see, compare with the clock; the times of commits, which are in their ids, excepted. */
const TIMES = {
  commit: ['collected_at'],
  garbage_collection: ['started_at', 'removed_from_at', 'undone_at'],
  reflog: ['at'],
  repository: ['deleted_at'],
  stored_object: ['touched_at', 'condemned_at', 'removing_at'],
  tree_pack: ['created_at', 'used_at'],
};
const passed: { readonly at: Date; readonly milliseconds: number }[] = [];

/** Lets time pass without the wait: all that was noted is so much longer ago. */
async function pass(milliseconds: number): Promise<void> {
  const database = cairn.app.get(Database);
  await database.run(async () => {
    for (const [table, columns] of Object.entries(TIMES)) {
      const earlier = columns.map((column) => `${column} = ${column} - $1 * interval '1 millisecond'`);
      await database.query(`UPDATE ${table} SET ${earlier.join(', ')}`, [milliseconds]);
    }
  });
  passed.push({ at: new Date(), milliseconds });
}

/** Shows commits as old as they are by all that passed, while `work` collects. */
async function withAgedCommits<T>(work: () => Promise<T>): Promise<T> {
  const database = cairn.app.get(Database);
  const commits = await database.query<{ id: string; at: string }>(
    `WITH aged AS (
       SELECT c.id, c.committed_at AS at, sum(p.milliseconds) AS milliseconds FROM commit AS c
       JOIN unnest($1::timestamptz[], $2::int[]) AS p (at, milliseconds) ON p.at > c.committed_at GROUP BY c.repository_id, c.id
     ) UPDATE commit AS c SET committed_at = at - milliseconds * interval '1 millisecond' FROM aged WHERE aged.id = c.id
     RETURNING c.id, aged.at::text AS at`,
    [passed.map(({ at }) => at), passed.map(({ milliseconds }) => milliseconds)],
  );
  try {
    return await work();
  } finally {
    await database.query(
      'UPDATE commit AS c SET committed_at = n.at FROM unnest($1::text[], $2::timestamptz[]) AS n (id, at) WHERE n.id = c.id',
      [commits.map(({ id }) => id), commits.map(({ at }) => at)],
    );
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

let made = 0;
async function repository(): Promise<string> {
  const name = `gc-${++made}`;
  const i = { name, kind: 'dataset', namespace: 'research/penguins' };
  await cairn.ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', { i });
  return name;
}

async function upload(name: string, text: string): Promise<void> {
  const sent = await cairn.http(`/api/v1/repositories/${name}/objects`, {
    method: 'PUT',
    body: text,
    headers: { 'content-type': 'application/octet-stream' },
  });
  expect(sent.status).toBe(201);
}

async function commit(name: string, file: string, text: string, branch = 'main'): Promise<string> {
  await upload(name, text);
  const i = { repository: name, branch, message: text, changes: [{ path: file, sha256: sha256(text) }] };
  return (await cairn.ask('mutation($i: CommitInput!) { commit(input: $i) { id } }', { i })).commit.id;
}

const branch = (name: string, from: string, as: string) =>
  cairn.graphql('mutation($i: CreateBranchInput!) { createBranch(input: $i) { name } }', {
    i: { repository: name, name: as, from },
  });
const deleteBranch = (name: string, as: string) =>
  cairn.ask('mutation($i: DeleteBranchInput!) { deleteBranch(input: $i) { name } }', {
    i: { repository: name, name: as },
  });

const collect = (isDryRun = false) => withAgedCommits(() => collectNow(isDryRun));

async function collectNow(isDryRun: boolean) {
  const started = await cairn.ask('mutation($d: Boolean!) { startGarbageCollection(isDryRun: $d) { id } }', {
    d: isDryRun,
  });
  const { id } = started.startGarbageCollection;
  const { operation } = await cairn.ask(
    'query($id: ID!) { operation(id: $id, waitSeconds: 20) { id state result problem { message } } }',
    { id },
  );
  expect(operation).toMatchObject({ state: 'succeeded', problem: null });
  return operation as { id: string; result: any };
}

const undo = (id: string) =>
  cairn.graphql('mutation($id: ID!) { undoGarbageCollection(id: $id) { undoneAt undoneBy } }', { id });

const isStored = (text: string): boolean => {
  const digest = sha256(text);
  const folder = path.join(cairn.dataDir, 'objects/objects', digest.slice(0, 2));
  return readdirSync(folder).includes(digest.slice(2));
};

const read = async (name: string, revision: string, file: string) => {
  const response = await cairn.http(`/api/v1/repositories/${name}/content/${revision}/${file}`);
  return response.status === 200 ? response.text() : response.status;
};

describe('garbage collection', () => {
  test('condemns what nothing reaches, removes it when nobody objects, and keeps the rest', async () => {
    const name = await repository();
    await commit(name, 'kept', 'kept by main');
    await branch(name, 'main', 'side');
    const lost = await commit(name, 'lost', 'reached by a branch that goes', 'side');
    await upload(name, 'uploaded and never used');
    await upload(name, 'staged only');
    await cairn.ask('mutation($i: StageInput!) { stage(input: $i) }', {
      i: { repository: name, branch: 'main', changes: [{ path: 's', sha256: sha256('staged only') }] },
    });
    await deleteBranch(name, 'side');
    expect((await collect()).result).toMatchObject({ commits: 0, condemned: { objects: 0 } });

    await pass(GRACE_MS);
    const dry = (await collect(true)).result;
    expect(dry).toMatchObject({ isDryRun: true, commits: 1, removed: { objects: 0 } });
    expect(dry.sample).toEqual(
      expect.arrayContaining([sha256('reached by a branch that goes'), sha256('uploaded and never used')]),
    );
    expect(dry.sample).not.toContain(sha256('staged only'));
    const first = (await collect()).result;
    expect([first.commits, first.condemned.objects]).toEqual([1, dry.condemned.objects]);
    expect(await read(name, lost, 'lost')).toBe(404);
    const gone = await branch(name, lost, 'back');
    expect(gone.errors![0]!.message).toMatch(/was collected as garbage/);
    expect(isStored('reached by a branch that goes')).toBe(true);

    await pass(UNDO_MS);
    const second = (await collect()).result;
    expect(second.removed.objects).toBe(first.condemned.objects);
    expect(isStored('reached by a branch that goes')).toBe(false);
    expect(isStored('uploaded and never used')).toBe(false);
    expect([isStored('kept by main'), isStored('staged only')]).toEqual([true, true]);
    expect(await read(name, 'main', 'kept')).toBe('kept by main');

    // What is gone is not taken for there.
    const i = {
      repository: name,
      branch: 'main',
      message: 'gone',
      changes: [{ path: 'u', sha256: sha256('uploaded and never used') }],
    };
    const refused = await cairn.graphql('mutation($i: CommitInput!) { commit(input: $i) { id } }', { i });
    expect(refused.errors![0]!.message).toMatch(/were not uploaded/);
    await upload(name, 'uploaded and never used');
    expect(
      (await cairn.graphql('mutation($i: CommitInput!) { commit(input: $i) { id } }', { i })).errors,
    ).toBeUndefined();
    expect(await read(name, 'main', 'u')).toBe('uploaded and never used');
  }, 60_000);

  test('is undone as a whole, until something of it is removed', async () => {
    const name = await repository();
    await branch(name, 'main', 'side');
    const lost = await commit(name, 'x', 'condemned and back', 'side');
    await deleteBranch(name, 'side');
    await pass(GRACE_MS);
    const { id } = await collect();
    expect(await read(name, lost, 'x')).toBe(404);
    expect((await undo(id)).data.undoGarbageCollection.undoneBy).toBe('user:admin');
    expect(await read(name, lost, 'x')).toBe('condemned and back');
    expect((await branch(name, lost, 'again')).errors).toBeUndefined();
    await pass(GRACE_MS);
    await collect();
    await pass(UNDO_MS);
    await collect();
    expect(await read(name, 'again', 'x')).toBe('condemned and back');

    await deleteBranch(name, 'again');
    await pass(GRACE_MS);
    const last = await collect();
    await pass(UNDO_MS);
    expect((await collect()).result.removed.objects).toBeGreaterThan(0);
    expect((await undo(last.id)).errors![0]!.message).toMatch(/cannot be undone/);
  }, 60_000);

  test('is not undone when a later collection removed what its commits need', async () => {
    const name = await repository();
    await branch(name, 'main', 'side');
    const lost = await commit(name, 'x', 'condemned by a later one', 'side');
    await deleteBranch(name, 'side');
    await pass(GRACE_MS);
    await upload(name, 'condemned by a later one');
    const earlier = await collect();
    expect(earlier.result).toMatchObject({ commits: 1 });
    await pass(GRACE_MS);
    expect((await collect()).result.condemned.objects).toBeGreaterThan(0);
    await pass(UNDO_MS);
    await collect();
    expect(isStored('condemned by a later one')).toBe(false);
    expect((await undo(earlier.id)).errors![0]!.message).toMatch(/cannot be undone/);
    expect(await read(name, lost, 'x')).toBe(404);
  }, 60_000);

  test('a commit is refused when its bytes are forgotten after they were found and before they are touched', async () => {
    const name = await repository();
    await upload(name, 'forgotten just then');
    const digest = sha256('forgotten just then');
    const database = cairn.app.get(Database);
    await database.query("UPDATE stored_object SET touched_at = now() - interval '1 day' WHERE sha256 = $1", [
      digest,
    ]);
    const i = { repository: name, branch: 'main', message: 'm', changes: [{ path: 'f', sha256: digest }] };
    const refused = await database.run(async () => {
      await database.query('DELETE FROM repository_object WHERE sha256 = $1', [digest]);
      await database.query('DELETE FROM stored_object WHERE sha256 = $1', [digest]);
      const sent = cairn.graphql('mutation($i: CommitInput!) { commit(input: $i) { id } }', { i });
      // It has found the upload, and waits for the row of the ledger.
      for (;;) {
        const [row] = await database.query<{ waiting: number }>(
          "SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        );
        if (row!.waiting > 0) return { sent };
        await sleep(20);
      }
    });
    expect((await refused.sent).errors![0]!.message).toMatch(/were not uploaded/);
  });

  test('what is condemned lives again when it is uploaded, committed or staged once more', async () => {
    const name = await repository();
    for (const text of ['again by upload', 'again by commit']) await upload(name, text);
    await pass(GRACE_MS);
    expect((await collect()).result.condemned.objects).toBeGreaterThanOrEqual(2);
    await upload(name, 'again by upload');
    await commit(name, 'c', 'again by commit');
    await pass(UNDO_MS);
    await collect();
    expect([isStored('again by upload'), isStored('again by commit')]).toEqual([true, true]);
    expect(await read(name, 'main', 'c')).toBe('again by commit');
  }, 60_000);

  test('what goes while a commit is on its way is not taken for uploaded', async () => {
    const name = await repository();
    await upload(name, 'removed meanwhile');
    await pass(GRACE_MS);
    await collect();
    await pass(UNDO_MS);
    const repositories = cairn.app.get(RepositoryService);
    const sizes = jest.spyOn(repositories, 'heldObjects').mockImplementationOnce(async (...named) => {
      sizes.mockRestore();
      const found = await repositories.heldObjects(...named);
      await collect();
      return found;
    });
    const changes = [{ path: 'x', sha256: sha256('removed meanwhile') }];
    const i = { repository: name, branch: 'main', message: 'late', changes };
    const { errors } = await cairn.graphql('mutation($i: CommitInput!) { commit(input: $i) { id } }', { i });
    expect(isStored('removed meanwhile')).toBe(false);
    expect(errors![0]!.message).toMatch(/were not uploaded/);
  }, 60_000);

  test('is not undone when what it let go of was removed by one that came later', async () => {
    const name = await repository();
    await branch(name, 'main', 'side');
    const lost = await commit(name, 'x', 'young when its commit was collected', 'side');
    await deleteBranch(name, 'side');
    await pass(GRACE_MS);
    const other = await repository();
    await branch(other, 'main', 'side');
    await commit(other, 'x', 'young when its commit was collected', 'side');
    await deleteBranch(other, 'side');
    const first = await collect();
    expect(first.result.commits).toBe(1);
    await pass(GRACE_MS);
    await collect();
    await pass(UNDO_MS);
    await collect();
    expect(isStored('young when its commit was collected')).toBe(false);
    expect((await undo(first.id)).errors![0]!.message).toMatch(/cannot be undone/);
    expect(await read(name, lost, 'x')).toBe(404);
  }, 60_000);

  test('a deleted repository is kept for a time, and then cannot come back', async () => {
    const name = await repository();
    await commit(name, 'x', 'of a deleted repository');
    await cairn.ask('mutation($n: String!) { deleteRepository(name: $n) { name } }', { n: name });
    await pass(GRACE_MS);
    const { id } = await collect();
    const back = () =>
      cairn.graphql('mutation($n: String!) { undeleteRepository(name: $n) { name } }', { n: name });
    expect((await back()).errors![0]!.message).toMatch(/was collected as garbage/);
    await undo(id);
    expect((await back()).errors).toBeUndefined();
    expect(await read(name, 'main', 'x')).toBe('of a deleted repository');
  }, 60_000);

  test('while others write, nothing that is acknowledged is lost', async () => {
    const name = await repository();
    const until = Date.now() + 9_000;
    const acknowledged: [string, string][] = [];
    let collections = 0;
    const collector = async () => {
      while (Date.now() < until) {
        await collect();
        collections += 1;
        await sleep(300);
      }
    };
    const writer = async (writer: number) => {
      for (let i = 0; Date.now() < until; i++) {
        // Old texts come again and again, some of them long condemned or gone.
        const text = `writer ${writer} text ${i % 7}`;
        const side = `w${writer}-${i}`;
        await branch(name, 'main', side);
        const file = `f${writer}/${i}`;
        const id = await commit(name, file, `${text} ${i % 3 === 0 ? '' : i}`, side);
        if (i % 2 === 0) {
          const merge = { repository: name, source: id, target: 'main' };
          const { errors } = await cairn.graphql(
            'mutation($i: MergeInput!) { merge(input: $i) { __typename } }',
            {
              i: merge,
            },
          );
          if (errors === undefined) acknowledged.push([file, `${text} ${i % 3 === 0 ? '' : i}`]);
        }
        await deleteBranch(name, side);
        await sleep((i * 37) % 400);
      }
    };
    await Promise.all([collector(), ...[0, 1, 2].map(writer)]);
    expect(collections).toBeGreaterThan(3);
    expect(acknowledged.length).toBeGreaterThan(5);
    for (const [file, text] of acknowledged)
      expect([file, await read(name, 'main', file)]).toEqual([file, text]);
    const [left] = await cairn.app
      .get(Database)
      .query<{ count: number }>(
        'SELECT count(*)::int AS count FROM stored_object WHERE removing_at IS NOT NULL',
      );
    expect(left!.count).toBe(0);
  }, 90_000);

  test('one that the service began by itself is seen and undone by administrators, and by nobody else', async () => {
    const name = await repository();
    await branch(name, 'main', 'side');
    const lost = await commit(name, 'x', 'condemned by the service itself', 'side');
    await deleteBranch(name, 'side');
    await pass(GRACE_MS);
    const look = (id: string, token?: string) =>
      cairn.graphql(
        'query($id: ID!) { operation(id: $id, waitSeconds: 20) { state requestedBy } }',
        { id },
        token,
      );
    const id = await withAgedCommits(async () => {
      const started = await cairn.app.get(OperationService).start(CAIRN_ITSELF, {
        ...{ kind: 'garbage-collection', serialKey: 'garbage-collection', input: { isDryRun: false } },
      });
      const { operation } = (await look(started.id)).data;
      expect(operation).toEqual({ state: 'succeeded', requestedBy: 'service:cairn' });
      return started.id;
    });
    const analyst = await cairn.tokenFor('user:ana.analyst');
    expect((await look(id, analyst)).errors![0]!.extensions['code']).toBe('FORBIDDEN');
    expect(await read(name, lost, 'x')).toBe(404);
    expect((await undo(id)).errors).toBeUndefined();
    expect(await read(name, lost, 'x')).toBe('condemned by the service itself');
  }, 60_000);

  test('is for administrators', async () => {
    const token = await cairn.tokenFor('user:ana.analyst');
    for (const query of [
      'mutation { startGarbageCollection { id } }',
      'mutation { undoGarbageCollection(id: "00000000-0000-4000-8000-000000000001") { undoneAt } }',
      '{ garbageCollections { nodes { operationId } } }',
    ])
      expect((await cairn.graphql(query, {}, token)).errors![0]!.extensions['code']).toBe('FORBIDDEN');
    const { garbageCollections } = await cairn.ask(
      '{ garbageCollections(first: 2) { nodes { operationId isDryRun } pageInfo { hasNextPage } } }',
    );
    expect(garbageCollections.pageInfo.hasNextPage).toBe(true);
  });
});
