import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { StagingService, ViewService } from '../src/catalog/index.js';
import { StagingRepository } from '../src/catalog/staging/staging.repository.js';
import { Database } from '../src/platform/index.js';
import { PrincipalService } from '../src/identity/index.js';
import { CAIRN_ITSELF, type Principal } from '../src/identity/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';

let cairn: TestCairn;
let engineer: string;
let analyst: string;
let pia: Principal;

beforeAll(async () => {
  cairn = await startTestCairn();
  engineer = await cairn.tokenFor('user:pia.engineer');
  analyst = await cairn.tokenFor('user:ana.analyst');
  pia = await cairn.app.get(PrincipalService).bySubject(CAIRN_ITSELF, 'user:pia.engineer');
}, 60_000);
afterAll(() => cairn.stop());

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

async function createRepository(name: string): Promise<void> {
  await cairn.ask(
    'mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }',
    { i: { name, kind: 'dataset', namespace: 'research/penguins' } },
    engineer,
  );
}

async function changesOf(repository: string, files: Record<string, string | undefined>) {
  for (const text of Object.values(files)) {
    if (text === undefined) continue;
    const sent = await cairn.http(`/api/v1/repositories/${repository}/objects`, {
      method: 'PUT',
      body: text,
      headers: { 'content-type': 'application/octet-stream' },
      token: engineer,
    });
    expect(sent.status).toBe(201);
  }
  return Object.entries(files).map(([path, text]) =>
    text === undefined ? { path, isDeleted: true } : { path, sha256: sha256(text) },
  );
}

async function commit(
  repository: string,
  files: Record<string, string | undefined>,
  rest: object = {},
): Promise<string> {
  const i = {
    repository,
    branch: 'main',
    message: 'a change',
    ...rest,
    changes: await changesOf(repository, files),
  };
  const { commit: made } = await cairn.ask(
    'mutation($i: CommitInput!) { commit(input: $i) { id } }',
    { i },
    engineer,
  );
  return made.id;
}

async function stage(repository: string, files: Record<string, string | undefined>, branch = 'main') {
  const i = { repository, branch, changes: await changesOf(repository, files) };
  return cairn.graphql('mutation($i: StageInput!) { stage(input: $i) }', { i }, engineer);
}

/** Commits what is staged and waits for the end of it. */
async function commitStaged(repository: string, rest: object = {}) {
  const i = { repository, branch: 'main', message: 'staged', ...rest };
  const started = await cairn.ask(
    'mutation($i: CommitStagedInput!) { commitStaged(input: $i) { id } }',
    { i },
    engineer,
  );
  return ended(started.commitStaged.id);
}

async function ended(id: string) {
  const { operation } = await cairn.ask(
    'query($id: ID!) { operation(id: $id, waitSeconds: 20) { id state result problem { code message } progress { done total unit step } } }',
    { id },
    engineer,
  );
  return operation;
}

const read = async (address: string) => {
  const response = await cairn.http(`/api/v1/repositories/${address}`, { token: engineer });
  return response.status === 200 ? response.text() : response.status;
};

const staged = async (repository: string) => {
  const answer = await cairn.ask(
    'query($n: String!) { repository(name: $n) { staged { nodes { path type stagedBy } } } }',
    { n: repository },
    engineer,
  );
  return answer.repository.staged.nodes;
};

const branch = (repository: string, name: string, from = 'main') =>
  cairn.ask(
    'mutation($i: CreateBranchInput!) { createBranch(input: $i) { name } }',
    { i: { repository, name, from } },
    engineer,
  );

const pick = (mutation: 'revert' | 'cherryPick', i: object) =>
  cairn.graphql(
    `mutation($i: PickInput!) { ${mutation}(input: $i) { __typename ... on Merged { isNoop commit { id author committer message metadata parents } }
       ... on MergeConflicts { total conflicts { path kind } } } }`,
    { i },
    engineer,
  );

const log = async (repository: string, args: string) => {
  const answer = await cairn.ask(
    `query($n: String!) { repository(name: $n) { log(${args}) { nodes { id message } pageInfo { hasNextPage endCursor } } } }`,
    { n: repository },
    engineer,
  );
  return answer.repository.log;
};

describe('staging', () => {
  test('what is staged is seen through the branch by its writers, and by all once it is committed', async () => {
    await createRepository('stage-basic');
    await commit('stage-basic', { 'a.txt': 'a', 'b/c.txt': 'c', 'b/d.txt': 'd' });
    await stage('stage-basic', { 'a.txt': 'A', 'b/c.txt': undefined, 'n/e.txt': 'e' });
    expect(await staged('stage-basic')).toEqual([
      { path: 'a.txt', type: 'modified', stagedBy: 'user:pia.engineer' },
      { path: 'b/c.txt', type: 'removed', stagedBy: 'user:pia.engineer' },
      { path: 'n/e.txt', type: 'added', stagedBy: 'user:pia.engineer' },
    ]);
    expect(await read('stage-basic/content/main/a.txt')).toBe('a');

    const views = cairn.app.get(ViewService);
    const view = await views.open(pia, 'stage-basic', 'main');
    expect(await views.entry(view, 'a.txt')).toMatchObject({
      entry: { sha256: sha256('A') },
      isStaged: true,
    });
    expect(await views.entry(view, 'b/c.txt')).toBeUndefined();
    expect(await views.entry(view, 'b/d.txt')).toMatchObject({ isStaged: false });
    const committed = await views.open(pia, 'stage-basic', 'main~0');
    expect((await views.entry(committed, 'a.txt'))?.entry.sha256).toBe(sha256('a'));

    const operation = await commitStaged('stage-basic');
    expect(operation).toMatchObject({ state: 'succeeded', progress: { done: 3, total: 3, unit: 'changes' } });
    expect(await staged('stage-basic')).toEqual([]);
    expect(await read(`stage-basic/content/${operation.result.commitId}/a.txt`)).toBe('A');
    expect(await read('stage-basic/content/main/b/c.txt')).toBe(404);
    const again = await cairn.graphql(
      'mutation($i: CommitStagedInput!) { commitStaged(input: $i) { id } }',
      { i: { repository: 'stage-basic', branch: 'main', message: 'again' } },
      engineer,
    );
    expect(again.errors?.[0]?.message).toMatch(/Nothing to commit/);
  });

  test('a listing folds folders over what is committed and staged alike', async () => {
    await createRepository('stage-list');
    await commit('stage-list', { 'a/1': '1', 'a/2': '2', 'b/1': '1', c: 'c' });
    await stage('stage-list', { 'a/1': undefined, 'a/2': undefined, 'd/x/y': 'y', 'b/0': '0' });
    const views = cairn.app.get(ViewService);
    const view = await views.open(pia, 'stage-list', 'main');
    const names = async (query: object) =>
      (await views.list(view, query)).items.map((item) => ('prefix' in item ? item.prefix : item.path));
    expect(await names({})).toEqual(['b/0', 'b/1', 'c', 'd/x/y']);
    expect(await names({ delimiter: '/' })).toEqual(['b/', 'c', 'd/']);
    expect(await names({ prefix: 'd/', delimiter: '/' })).toEqual(['d/x/']);
    const first = await views.list(view, { delimiter: '/', limit: 1 });
    expect(first.next).toBe('b/');
    expect(await names({ delimiter: '/', after: 'b/', limit: 1 })).toEqual(['c']);
  });

  test('a conditional write happens once, of many that try at the same time', async () => {
    await createRepository('stage-race');
    const texts = Array.from({ length: 10 }, (_, i) => `writer ${i}`);
    for (const text of texts) await changesOf('stage-race', { x: text });
    const staging = cairn.app.get(StagingService);
    const outcomes = await Promise.allSettled(
      texts.map((text) =>
        staging.stage(
          pia,
          { repository: 'stage-race', branch: 'main', changes: [{ path: 'x', sha256: sha256(text) }] },
          { path: 'x', ifNoneMatch: '*' },
        ),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const winner = texts[outcomes.findIndex(({ status }) => status === 'fulfilled')]!;
    const views = cairn.app.get(ViewService);
    const view = await views.open(pia, 'stage-race', 'main');
    expect((await views.entry(view, 'x'))?.entry.sha256).toBe(sha256(winner));
    const swap = {
      repository: 'stage-race',
      branch: 'main',
      changes: [{ path: 'x', sha256: sha256(texts[0]!) }],
    };
    await expect(staging.stage(pia, swap, { path: 'x', ifMatch: sha256('something else') })).rejects.toThrow(
      /not .* as expected/,
    );
    await staging.stage(pia, swap, { path: 'x', ifMatch: sha256(winner) });
  });

  test('what is staged while a commit is under way is for the next one, and a later value is never undone', async () => {
    await createRepository('stage-later');
    await stage('stage-later', { x: 'first', y: 'first' });
    const i = { repository: 'stage-later', branch: 'main', message: 'one' };
    const { commitStaged: one } = await cairn.ask(
      'mutation($i: CommitStagedInput!) { commitStaged(input: $i) { id } }',
      { i },
      engineer,
    );
    await stage('stage-later', { x: 'second' });
    const { commitStaged: two } = await cairn.ask(
      'mutation($i: CommitStagedInput!) { commitStaged(input: $i) { id } }',
      { i: { ...i, message: 'two' } },
      engineer,
    );
    const first = await ended(one.id);
    const second = await ended(two.id);
    expect([first.state, second.state]).toEqual(['succeeded', 'succeeded']);
    expect(await read(`stage-later/content/${first.result.commitId}/x`)).toBe('first');
    expect(await read('stage-later/content/main/x')).toBe('second');
    expect(await read('stage-later/content/main/y')).toBe('first');
  });

  test('discarding forgets some paths or all; committing and discarding refuse readers', async () => {
    await createRepository('stage-discard');
    await stage('stage-discard', { x: 'x', y: 'y', z: 'z' });
    const discard = (paths?: string[]) =>
      cairn.ask(
        'mutation($i: DiscardStagedInput!) { discardStaged(input: $i) }',
        { i: { repository: 'stage-discard', branch: 'main', paths } },
        engineer,
      );
    expect((await discard(['x', 'nothing'])).discardStaged).toBe(1);
    expect((await discard()).discardStaged).toBe(2);
    expect(await staged('stage-discard')).toEqual([]);
    const denied = await cairn.graphql(
      'mutation($i: StageInput!) { stage(input: $i) }',
      { i: { repository: 'stage-discard', branch: 'main', changes: [{ path: 'x', sha256: sha256('x') }] } },
      analyst,
    );
    expect(denied.errors?.[0]?.extensions['code']).toMatch(/FORBIDDEN|NOT_FOUND/);
  });

  test('what many stage at once is there when it was acknowledged, whatever is refused beside it', async () => {
    await createRepository('stage-many');
    const [change] = await changesOf('stage-many', { x: 'the same' });
    const sent = (changes: object[], branch = 'main') =>
      cairn.graphql(
        'mutation($i: StageInput!) { stage(input: $i) }',
        { i: { repository: 'stage-many', branch, changes } },
        engineer,
      );
    const many = Array.from({ length: 600 }, (_, i) => ({ ...change, path: `many/${i}` }));
    const outcomes = await Promise.all([
      ...Array.from({ length: 12 }, (_, i) =>
        sent([
          { ...change, path: `one/${i}` },
          { ...change, path: 'shared' },
        ]),
      ),
      sent([{ ...change, path: 'refused', metadata: { a: '\0' } }]),
      sent(many),
      sent([{ ...change, path: 'nowhere' }], 'no-such-branch'),
      sent(many.map(({ path, ...rest }) => ({ ...rest, path: `more/${path}` }))),
    ]);
    const refused = outcomes.flatMap(({ errors }, i) => (errors ? [i] : []));
    expect(refused).toEqual([12, 14]);
    expect(outcomes[14]!.errors![0]!.extensions['code']).toBe('NOT_FOUND');
    expect(await commitStaged('stage-many')).toMatchObject({ state: 'succeeded' });
    for (const path of ['one/0', 'one/11', 'shared', 'many/0', 'many/599', 'more/many/599'])
      expect(await read(`stage-many/content/main~0/${path}`)).toBe('the same');
    for (const path of ['refused', 'nowhere'])
      expect(await read(`stage-many/content/main~0/${path}`)).toBe(404);
  });

  test.each([
    ['../x', /"\.\."/],
    ['a\0b', /NUL/],
    ['\ud800', /surrogate|Unicode/],
    ['x'.repeat(4096), /1024/],
    ['', /empty/],
  ])('the path %j is refused by name of its rule, and nothing is staged', async (path, rule) => {
    const [change] = await changesOf('stage-discard', { ok: 'ok' });
    const { errors } = await cairn.graphql(
      'mutation($i: StageInput!) { stage(input: $i) }',
      { i: { repository: 'stage-discard', branch: 'main', changes: [change, { ...change, path }] } },
      engineer,
    );
    expect(errors?.[0]?.message).toMatch(rule);
    expect(await staged('stage-discard')).toEqual([]);
  });
});

describe('operations', () => {
  test('what a process that died had begun is taken up by another and ends once', async () => {
    await createRepository('op-crash');
    await stage('op-crash', { x: 'x' });
    const database = cairn.app.get(Database);
    const areas = cairn.app.get(StagingRepository);
    const [row] = await database.query<{ id: string }>("SELECT id FROM repository WHERE name = 'op-crash'");
    const throughArea = await database.run(() => areas.seal(row!.id, 'main'));
    const input = { repository: 'op-crash', branch: 'main', message: 'crashed', metadata: {}, throughArea };
    const id = '00000000-0000-4000-8000-000000000001';
    await database.query(
      `INSERT INTO operation (id, kind, repository_id, input, state, epoch, attempts, alive_until, requested_by)
       VALUES ($1, 'commit', $2, $3, 'running', 1, 1, now() - interval '1 second', 'user:pia.engineer')`,
      [id, row!.id, JSON.stringify(input)],
    );
    expect(await ended(id)).toMatchObject({ state: 'succeeded' });
    expect(await read('op-crash/content/main/x')).toBe('x');
    expect((await log('op-crash', 'first: 10')).nodes).toHaveLength(2);
  });

  test('one that is cancelled before it is done changes nothing, and what was staged stays', async () => {
    await createRepository('op-cancel');
    await stage('op-cancel', { x: 'x' });
    const database = cairn.app.get(Database);
    const [row] = await database.query<{ id: string }>("SELECT id FROM repository WHERE name = 'op-cancel'");
    // Held back by an older one of its key, which another process seems to work at.
    await database.query(
      `INSERT INTO operation (id, kind, repository_id, serial_key, input, state, epoch, alive_until, requested_by)
       VALUES ('00000000-0000-4000-8000-000000000002', 'commit', $1, $2, '{}', 'running', 1, now() + interval '1 hour', 'user:pia.engineer')`,
      [row!.id, `commit:${row!.id}:main`],
    );
    const i = { repository: 'op-cancel', branch: 'main', message: 'cancelled' };
    const started = await cairn.ask(
      'mutation($i: CommitStagedInput!) { commitStaged(input: $i) { id } }',
      { i },
      engineer,
    );
    const { id } = started.commitStaged;
    const cancel = (token: string) =>
      cairn.graphql('mutation($id: ID!) { cancelOperation(id: $id) { state } }', { id }, token);
    expect((await cancel(analyst)).errors?.[0]?.extensions['code']).toMatch(/FORBIDDEN|NOT_FOUND/);
    const busy = await cairn.graphql(
      'mutation($i: DiscardStagedInput!) { discardStaged(input: $i) }',
      { i: { repository: 'op-cancel', branch: 'main' } },
      engineer,
    );
    expect(busy.errors?.[0]?.message).toMatch(/under way/);
    expect((await cancel(engineer)).data.cancelOperation.state).toBe('cancelled');
    expect(await ended(id)).toMatchObject({ state: 'cancelled' });
    await database.query("DELETE FROM operation WHERE id = '00000000-0000-4000-8000-000000000002'");
    expect(await staged('op-cancel')).toHaveLength(1);
    expect(await commitStaged('op-cancel')).toMatchObject({ state: 'succeeded' });
  });

  test('of one whose requester is disabled meanwhile nothing comes, and what it would name is for readers only', async () => {
    await createRepository('op-rights');
    await cairn.tokenFor('user:gone.engineer');
    const database = cairn.app.get(Database);
    const [row] = await database.query<{ id: string }>("SELECT id FROM repository WHERE name = 'op-rights'");
    await stage('op-rights', { x: 'x' });
    await cairn.ask('mutation { disablePrincipal(subject: "user:gone.engineer") { id } }');
    const id = '00000000-0000-4000-8000-000000000003';
    await database.query(
      `INSERT INTO operation (id, kind, repository_id, input, requested_by) VALUES ($1, 'commit', $2, $3, 'user:gone.engineer')`,
      [
        id,
        row!.id,
        JSON.stringify({ repository: 'op-rights', branch: 'main', message: 'm', throughArea: '999999' }),
      ],
    );
    expect(await ended(id)).toMatchObject({ state: 'failed', problem: { code: 'RequesterDisabled' } });
    expect(await staged('op-rights')).toHaveLength(1);
    // The analyst may list and not read.
    const { repository } = await cairn.ask('{ repository(name: "op-rights") { asset { id } } }');
    await cairn.ask('mutation($id: ID!, $i: EditAssetInput!) { editAsset(id: $id, input: $i) { id } }', {
      id: repository.asset.id,
      i: { tags: ['pii.email'] },
    });
    for (const field of ['operations { nodes { id } }', 'log(path: "x") { nodes { id } }']) {
      const { data, errors } = await cairn.graphql(
        `{ repository(name: "op-rights") { name ${field} } }`,
        {},
        analyst,
      );
      expect([field, data, errors?.[0]?.extensions['code']]).toEqual([field, null, 'FORBIDDEN']);
    }
    const open = await cairn.graphql(
      '{ repository(name: "op-rights") { log { nodes { id } } } }',
      {},
      analyst,
    );
    expect(open.errors).toBeUndefined();
  });

  test('a merge as an operation tells of conflicts, or of its commit', async () => {
    await createRepository('op-merge');
    await commit('op-merge', { x: 'base' });
    await branch('op-merge', 'side');
    await commit('op-merge', { x: 'side' }, { branch: 'side' });
    await commit('op-merge', { y: 'main' });
    const start = (strategy?: string) =>
      cairn.ask(
        'mutation($i: MergeInput!) { startMerge(input: $i) { id } }',
        { i: { repository: 'op-merge', source: 'side', target: 'main', strategy } },
        engineer,
      );
    const merged = await ended((await start()).startMerge.id);
    expect(merged).toMatchObject({ state: 'succeeded', result: { isNoop: false } });
    expect(await read('op-merge/content/main/x')).toBe('side');
    await commit('op-merge', { x: 'side 2' }, { branch: 'side' });
    await commit('op-merge', { x: 'main 2' });
    const conflict = await ended((await start()).startMerge.id);
    expect(conflict).toMatchObject({ state: 'succeeded', result: { total: 1, conflicts: [{ path: 'x' }] } });
    expect(await read('op-merge/content/main/x')).toBe('main 2');
  });
});

describe('history', () => {
  test('commits that arrive together land together, each its own, none lost', async () => {
    await createRepository('lanes');
    const texts = Array.from({ length: 40 }, (_, i) => `text ${i}`);
    const changes = await changesOf('lanes', Object.fromEntries(texts.map((text, i) => [`f${i}`, text])));
    const answers = await Promise.all(
      changes.map((change, i) =>
        cairn.graphql(
          'mutation($i: CommitInput!) { commit(input: $i) { id parents } }',
          { i: { repository: 'lanes', branch: 'main', message: `change ${i}`, changes: [change] } },
          engineer,
        ),
      ),
    );
    const ids = answers.map(({ data }) => data.commit.id as string);
    const { nodes } = await log('lanes', 'first: 100');
    expect(nodes).toHaveLength(41);
    expect(new Set(nodes.slice(0, 40).map(({ id }: { id: string }) => id))).toEqual(new Set(ids));
    for (const [i, text] of texts.entries()) expect(await read(`lanes/content/main/f${i}`)).toBe(text);
    const duplicate = await cairn.graphql(
      'mutation($i: CommitInput!) { commit(input: $i) { id } }',
      { i: { repository: 'lanes', branch: 'main', message: 'again', changes: [changes[0]] } },
      engineer,
    );
    expect(duplicate.errors?.[0]?.message).toMatch(/Nothing to commit/);
  });

  test('a revert takes back what a commit did and nothing else', async () => {
    await createRepository('reverts');
    await commit('reverts', { x: '1', y: '1' });
    const bad = await commit('reverts', { x: '2', z: 'new' });
    await commit('reverts', { y: '2' });
    const { data } = await pick('revert', { repository: 'reverts', branch: 'main', revision: bad });
    expect(data.revert.commit).toMatchObject({
      author: 'user:pia.engineer',
      metadata: { 'cairn.reverts': bad },
    });
    expect([await read('reverts/content/main/x'), await read('reverts/content/main/y')]).toEqual(['1', '2']);
    expect(await read('reverts/content/main/z')).toBe(404);
    const again = await pick('revert', { repository: 'reverts', branch: 'main', revision: bad });
    expect(again.data.revert.isNoop).toBe(true);
    await commit('reverts', { x: '3' });
    const conflict = await pick('revert', { repository: 'reverts', branch: 'main', revision: bad });
    expect(conflict.data.revert).toMatchObject({
      total: 1,
      conflicts: [{ path: 'x', kind: 'both-modified' }],
    });
  });

  test('a cherry-pick brings the changes of one commit, under its author', async () => {
    await createRepository('picks');
    await commit('picks', { x: '1' });
    await branch('picks', 'side');
    await commit('picks', { other: 'o' }, { branch: 'side' });
    const wanted = await commit('picks', { fix: 'f' }, { branch: 'side', message: 'the fix' });
    const { data } = await pick('cherryPick', { repository: 'picks', branch: 'main', revision: wanted });
    expect(data.cherryPick.commit).toMatchObject({
      message: 'the fix',
      metadata: { 'cairn.picks': wanted },
    });
    expect(await read('picks/content/main/fix')).toBe('f');
    expect(await read('picks/content/main/other')).toBe(404);
    await cairn.ask(
      'mutation($i: MergeInput!) { merge(input: $i) { __typename } }',
      { i: { repository: 'picks', source: 'side', target: 'main' } },
      engineer,
    );
    const merge = await pick('revert', { repository: 'picks', branch: 'main', revision: 'main' });
    expect(merge.errors?.[0]?.message).toMatch(/input\.mainline: is required/);
    await pick('revert', { repository: 'picks', branch: 'main', revision: 'main', mainline: 1 });
    expect(await read('picks/content/main/other')).toBe(404);
  });

  test('a reset puts a branch elsewhere, and the reflog remembers', async () => {
    await createRepository('resets');
    const one = await commit('resets', { x: '1' });
    const two = await commit('resets', { x: '2' });
    const reset = (i: object) =>
      cairn.graphql(
        'mutation($i: ResetBranchInput!) { resetBranch(input: $i) { commitId } }',
        { i: { repository: 'resets', branch: 'main', ...i } },
        engineer,
      );
    expect((await reset({ revision: one, expectedHead: one })).errors?.[0]?.extensions['code']).toBe(
      'CONFLICT',
    );
    expect((await reset({ revision: 'main~1' })).data.resetBranch.commitId).toBe(one);
    expect(await read('resets/content/main/x')).toBe('1');
    await reset({ revision: two });
    const { repository } = await cairn.ask(
      'query { repository(name: "resets") { reflog(name: "main", first: 2) { nodes { fromCommit toCommit reason actor } pageInfo { hasNextPage } } } }',
      {},
      engineer,
    );
    expect(repository.reflog).toMatchObject({
      nodes: [
        { fromCommit: one, toCommit: two, reason: 'reset', actor: 'user:pia.engineer' },
        { fromCommit: two, toCommit: one, reason: 'reset' },
      ],
      pageInfo: { hasNextPage: true },
    });
  });

  test('the log of a path, and of a folder, has the commits that changed it', async () => {
    await createRepository('logs');
    const a = await commit('logs', { 'd/x': '1', y: '1' });
    await commit('logs', { y: '2' });
    const c = await commit('logs', { 'd/z': '1' });
    const d = await commit('logs', { 'd/x': undefined });
    const ids = async (args: string) => (await log('logs', args)).nodes.map(({ id }: { id: string }) => id);
    expect(await ids('path: "d/x"')).toEqual([d, a]);
    expect(await ids('path: "d/"')).toEqual([d, c, a]);
    expect(await ids('path: "nothing"')).toEqual([]);
    const first = await log('logs', 'path: "d/", first: 1');
    expect(first.pageInfo.hasNextPage).toBe(true);
    expect(await ids(`path: "d/", first: 2, after: "${first.pageInfo.endCursor}"`)).toEqual([c, a]);
  });

  test('checks refuse what breaks them, by name, on every way onto a branch', async () => {
    await createRepository('checks');
    await commit('checks', { 't.csv': 'id,name\n1,a\n' });
    await branch('checks', 'side');
    await commit('checks', { 't.csv': 'id\n1\n', 'big.bin': 'x'.repeat(100) }, { branch: 'side' });
    await cairn.ask(
      'mutation($i: SetChecksInput!) { setChecks(input: $i) { checks } }',
      {
        i: {
          repository: 'checks',
          checks: { schemaCompatibility: 'backward', maxFileBytes: 50, branches: ['main'] },
        },
      },
      cairn.adminToken,
    );
    const merge = await cairn.graphql(
      'mutation($i: MergeInput!) { merge(input: $i) { __typename } }',
      { i: { repository: 'checks', source: 'side', target: 'main' } },
      engineer,
    );
    expect(merge.errors?.[0]?.extensions['details'] ?? merge.errors?.[0]?.extensions).toMatchObject({
      violations: [
        { check: 'maxFileBytes', path: 'big.bin' },
        {
          check: 'schemaCompatibility',
          path: 't.csv',
          reason: expect.stringContaining('column "name" is gone'),
        },
      ],
    });
    await stage('checks', { 't.csv': 'id\n1\n' });
    expect(await commitStaged('checks')).toMatchObject({ state: 'failed', problem: { code: 'CheckFailed' } });
    expect(await staged('checks')).toHaveLength(1);
    const allowed = await changesOf('checks', { 't.csv': 'id,name,more\n1,a,b\n' });
    await cairn.ask(
      'mutation($i: CommitInput!) { commit(input: $i) { id } }',
      { i: { repository: 'checks', branch: 'main', message: 'wider', changes: allowed } },
      engineer,
    );
    const unknown = await cairn.graphql(
      'mutation($i: SetChecksInput!) { setChecks(input: $i) { checks } }',
      { i: { repository: 'checks', checks: { maxFileByte: 1 } } },
      cairn.adminToken,
    );
    expect(unknown.errors?.[0]?.message).toMatch(/maxFileByte/);
  });

  test('a deleted repository is gone for all, and comes back as it was', async () => {
    await createRepository('lost');
    await commit('lost', { x: 'kept' });
    const remove = (token: string) =>
      cairn.graphql('mutation { deleteRepository(name: "lost") { name } }', {}, token);
    expect((await remove(analyst)).errors).toBeDefined();
    expect((await remove(cairn.adminToken)).errors).toBeUndefined();
    expect(await read('lost/content/main/x')).toBe(404);
    const taken = await cairn.graphql(
      'mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }',
      { i: { name: 'lost', kind: 'dataset', namespace: 'research/penguins' } },
      engineer,
    );
    expect(taken.errors?.[0]?.extensions['code']).toBe('ALREADY_EXISTS');
    const { repositories } = await cairn.ask(
      '{ repositories(isDeleted: true) { nodes { name deletedAt } } }',
    );
    expect(repositories.nodes).toMatchObject([{ name: 'lost', deletedAt: expect.any(String) }]);
    await cairn.ask('mutation { undeleteRepository(name: "lost") { name } }');
    expect(await read('lost/content/main/x')).toBe('kept');
  });
});
