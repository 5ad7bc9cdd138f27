import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AssetService } from '../src/catalog/index.js';
import { Placement } from '../src/catalog/assets/placement.js';
import { Database } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';

let cairn: TestCairn;
let engineer: string;
let analyst: string;

beforeAll(async () => {
  cairn = await startTestCairn();
  engineer = await cairn.tokenFor('user:pia.engineer');
  analyst = await cairn.tokenFor('user:ana.analyst');
}, 60_000);
afterAll(() => cairn.stop());

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

async function createRepository(
  name: string,
  namespace = 'research/penguins',
  token = engineer,
): Promise<void> {
  await cairn.ask(
    'mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }',
    { i: { name, kind: 'dataset', namespace } },
    token,
  );
}

async function upload(
  repository: string,
  text: string,
  headers: Record<string, string> = {},
  token = engineer,
): Promise<Response> {
  return cairn.http(`/api/v1/repositories/${repository}/objects`, {
    method: 'PUT',
    body: text,
    headers: { 'content-type': 'application/octet-stream', ...headers },
    token,
  });
}

/** Uploads and commits texts by path; undefined removes. */
async function commit(
  repository: string,
  files: Record<string, string | undefined>,
  rest: object = {},
  token = engineer,
) {
  for (const text of Object.values(files))
    if (text !== undefined) expect((await upload(repository, text, {}, token)).status).toBe(201);
  const changes = Object.entries(files).map(([path, text]) =>
    text === undefined ? { path, isDeleted: true } : { path, sha256: sha256(text) },
  );
  return cairn.graphql(
    'mutation($i: CommitInput!) { commit(input: $i) { id tree parents author } }',
    { i: { repository, branch: 'main', message: 'a change', changes, ...rest } },
    token,
  );
}

const merge = (i: object) =>
  cairn.ask(
    `mutation($i: MergeInput!) { merge(input: $i) { __typename ... on Merged { isNoop commit { id parents } }
       ... on MergeConflicts { total conflicts { path kind base { sha256 } ours { sha256 } theirs { sha256 } } } } }`,
    { i },
    engineer,
  );

const problemOf = async (response: Response) => (await response.json()) as Record<string, unknown>;

const read = (address: string, init: RequestInit & { token?: string } = {}) =>
  cairn.http(`/api/v1/repositories/${address}`, { token: engineer, ...init });

describe('versions', () => {
  test('what was committed is read back by branch, tag, id and prefix, whole and in part', async () => {
    await createRepository('reads');
    const { data } = await commit('reads', { 'a/b.txt': 'hello world' });
    await cairn.ask(
      'mutation($i: CreateTagInput!) { createTag(input: $i) { name } }',
      { i: { repository: 'reads', name: 'v1', revision: 'main' } },
      engineer,
    );
    const id = data.commit.id as string;
    for (const revision of ['main', 'v1', id, id.slice(0, 10), 'HEAD']) {
      const response = await read(`reads/content/${revision}/a/b.txt`);
      expect([response.status, await response.text(), response.headers.get('x-cairn-commit')]).toEqual([
        200,
        'hello world',
        id,
      ]);
    }
    const part = await read('reads/content/v1/a/b.txt', { headers: { range: 'bytes=6-8' } });
    expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([
      206,
      'wor',
      'bytes 6-8/11',
    ]);
    expect((await read('reads/content/main~1/a/b.txt')).status).toBe(404);
  });

  test('equal content has an equal tree, whatever the order of edits', async () => {
    await createRepository('order-a');
    await createRepository('order-b');
    await commit('order-a', { x: '1', y: '2' });
    const a = await commit('order-a', { z: '3', x: undefined });
    await commit('order-b', { z: '3' });
    const b = await commit('order-b', { y: '2' });
    expect(a.data.commit.tree).toBe(b.data.commit.tree);
    expect(a.data.commit.id).not.toBe(b.data.commit.id);
  });

  test('files are committed whose texts are no Unicode, or are cut within a character for their profiles', async () => {
    await createRepository('texts');
    const files = {
      'cut.csv': `note\n${'x'.repeat(127)}😀\n`,
      'nul.json': JSON.stringify([{ 'k\0': 'v\0' }]),
      'half.jsonl': '{"a":"\\ud83d"}\n',
    };
    expect(await commit('texts', files)).not.toHaveProperty('errors');
    const { repository } = await cairn.ask(
      '{ repository(name: "texts") { entries(revision: "main") { nodes { path profile { rowCount columns { max } } } } } }',
    );
    const told = (path: string, max: string) => ({ path, profile: { rowCount: 1, columns: [{ max }] } });
    expect(repository.entries.nodes).toEqual([
      ...[
        told('cut.csv', `${'x'.repeat(127)}\ufffd`),
        told('half.jsonl', '\ufffd'),
        told('nul.json', 'v\ufffd'),
      ],
    ]);
  });

  test('a diff tells paths, and how schema and row count of a file changed', async () => {
    await createRepository('diffs');
    await commit('diffs', { 'birds.csv': 'name,mass\nadelie,3700\ngentoo,5000\n', 'old.txt': 'old' });
    await commit('diffs', {
      'birds.csv': 'name,island\nadelie,torgersen\n',
      'old.txt': undefined,
      'new.txt': 'new',
    });
    const { repository } = await cairn.ask(
      `{ repository(name: "diffs") { diff(from: "main~1", to: "main") { nodes { path type
         profileChange { addedColumns removedColumns rowCountBefore rowCountAfter isBreaking } } } } }`,
      {},
      engineer,
    );
    const change = {
      addedColumns: ['island'],
      removedColumns: ['mass'],
      rowCountBefore: 2,
      rowCountAfter: 1,
      isBreaking: true,
    };
    expect(repository.diff.nodes).toEqual([
      { path: 'birds.csv', type: 'modified', profileChange: change },
      { path: 'new.txt', type: 'added', profileChange: null },
      { path: 'old.txt', type: 'removed', profileChange: null },
    ]);
  });

  test('a merge takes both sides, tells typed conflicts, and changes nothing when there are any', async () => {
    await createRepository('merges');
    await commit('merges', { same: '0', ours: '0', gone: '0' });
    const branch = { repository: 'merges', name: 'side', from: 'main' };
    await cairn.ask(
      'mutation($i: CreateBranchInput!) { createBranch(input: $i) { name } }',
      { i: branch },
      engineer,
    );
    await commit('merges', { same: 'theirs', gone: undefined, added: '1' }, { branch: 'side' });
    await commit('merges', { same: 'ours', gone: 'changed' });
    const sides = { repository: 'merges', source: 'side', target: 'main' };
    const { merge: refused } = await merge(sides);
    expect(refused).toEqual({
      __typename: 'MergeConflicts',
      total: 2,
      conflicts: [
        {
          path: 'gone',
          kind: 'modified-deleted',
          base: { sha256: sha256('0') },
          ours: { sha256: sha256('changed') },
          theirs: null,
        },
        {
          path: 'same',
          kind: 'both-modified',
          base: { sha256: sha256('0') },
          ours: { sha256: sha256('ours') },
          theirs: { sha256: sha256('theirs') },
        },
      ],
    });
    expect((await read('merges/content/main/added')).status).toBe(404);
    const { merge: merged } = await merge({ ...sides, strategy: 'theirs' });
    expect(merged.commit.parents).toHaveLength(2);
    expect(await (await read('merges/content/main/same')).text()).toBe('theirs');
    expect((await merge(sides)).merge.isNoop).toBe(true);
  });

  test('of many who commit at once none is lost, and each commit has its own parent', async () => {
    await createRepository('race');
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => commit('race', { [`f${i}`]: `${i}` })),
    );
    expect(answers.map((answer) => answer.errors)).toEqual(answers.map(() => undefined));
    const { repository } = await cairn.ask(
      '{ repository(name: "race") { log(revision: "main", first: 50) { nodes { id parents } } entries(revision: "main") { nodes { path } } } }',
      {},
      engineer,
    );
    expect(repository.entries.nodes).toHaveLength(12);
    expect(repository.log.nodes).toHaveLength(13);
    expect(new Set(repository.log.nodes.flatMap((node: { parents: string[] }) => node.parents)).size).toBe(
      12,
    );
  });

  test('lists go on from page to page', async () => {
    await createRepository('pages');
    await commit('pages', Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`p${i}`, `${i}`])));
    const page = (after: string | null) =>
      cairn.ask(
        'query($after: String) { repository(name: "pages") { entries(revision: "main", first: 3, after: $after) { nodes { path } pageInfo { hasNextPage endCursor } } } }',
        { after },
        engineer,
      );
    const paths: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { entries }: any = (await page(after)).repository;
      paths.push(...entries.nodes.map((node: { path: string }) => node.path));
      ({ hasNextPage: more, endCursor: after } = entries.pageInfo);
    }
    expect(paths).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6']);
  });

  test('diffs go on from page to page', async () => {
    await createRepository('diff-pages');
    await commit('diff-pages', { p0: '0', p3: '0' });
    await commit('diff-pages', Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`p${i}`, `${i}`])));
    const changed: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { repository } = await cairn.ask(
        'query($after: String) { repository(name: "diff-pages") { diff(from: "main~1", to: "main", first: 2, after: $after) { nodes { path } pageInfo { hasNextPage endCursor } } } }',
        { after },
        engineer,
      );
      changed.push(...repository.diff.nodes.map((node: { path: string }) => node.path));
      ({ hasNextPage: more, endCursor: after } = repository.diff.pageInfo);
    }
    expect(changed).toEqual(['p1', 'p2', 'p3', 'p4', 'p5', 'p6']);
  });

  test('an administrator finds the nodes of trees again, nobody else does', async () => {
    await createRepository('lost-and-found');
    await commit('lost-and-found', { a: '1' });
    const database = cairn.app.get(Database);
    const rows = async () => (await database.query('SELECT sha256 FROM tree_node ORDER BY sha256')).length;
    const before = await rows();
    const rebuild = 'mutation { rebuildTreeIndex { packs nodes } }';
    const refused = await cairn.graphql(rebuild, {}, engineer);
    expect(refused.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    await database.query('DELETE FROM tree_pack');
    const { rebuildTreeIndex } = await cairn.ask(rebuild);
    expect(rebuildTreeIndex.nodes).toBeGreaterThanOrEqual(before);
    expect(await rows()).toBe(before);
    const metrics = await (await cairn.http('/metrics')).text();
    expect(metrics).toMatch(/^cairn_tree_packs_written_total [1-9]/m);
    expect(metrics).toMatch(/^cairn_tree_cache_lookups_total\{outcome="hit"\} [1-9]/m);
    expect(metrics).toMatch(/^cairn_tree_cache_bytes [1-9]/m);
  });
});

describe('governance', () => {
  test('what only events told of moves to where places.csv puts it, before anybody can ask', async () => {
    const seen = { space: 'data', kind: 'dataset', identityNamespace: 'postgres://db:5432' } as const;
    const [id] = await cairn.app
      .get(Database)
      .run(() =>
        cairn.app.get(AssetService).see([{ ...seen, identityName: 'moved', namespace: 'research/penguins' }]),
      );
    const namespaceOf = async () =>
      (await cairn.ask('query($id: ID!) { asset(id: $id) { namespace } }', { id })).asset.namespace;
    expect(await namespaceOf()).toBe('research/penguins');
    await cairn.app.get(Placement).onModuleInit();
    expect(await namespaceOf()).toBe('external');
  });

  test('the analyst lists and reads, may not write, and is told the rule that keeps pii away', async () => {
    await createRepository('observers');
    await commit('observers', { 'people.csv': 'name\nada\n' });
    expect((await read('observers/content/main/people.csv', { token: analyst })).status).toBe(200);
    const write = await upload('observers', 'x', {}, analyst);
    expect([write.status, (await problemOf(write)).code]).toEqual([403, 'AccessDenied']);

    const { repository } = await cairn.ask('{ repository(name: "observers") { asset { id } } }');
    await cairn.ask('mutation($id: ID!) { editAsset(id: $id, input: { tags: ["pii.name"] }) { tags } }', {
      id: repository.asset.id,
    });
    const denied = await read('observers/content/main/people.csv', { token: analyst });
    expect(await denied.json()).toMatchObject({
      status: 403,
      code: 'AccessDenied',
      rules: ['PENGUINS-NO-PII'],
    });
    const listed = await cairn.ask(
      '{ assets(filter: { tag: "pii.name" }) { nodes { identityName } } }',
      {},
      analyst,
    );
    expect(listed.assets.nodes).toEqual([{ identityName: 'observers' }]);
    const explained = await cairn.ask(
      'query($id: ID!) { explainAccess(action: "read", assetId: $id) { allowed rules matched { id effect rolePath tagPaths } } }',
      { id: repository.asset.id },
      analyst,
    );
    expect(explained.explainAccess).toMatchObject({ allowed: false, rules: ['PENGUINS-NO-PII'] });
    expect(explained.explainAccess.matched).toContainEqual({
      ...{ id: 'PENGUINS-NO-PII', effect: 'deny' },
      ...{ rolePath: ['user:ana.analyst', 'role:analyst'], tagPaths: [['pii.name', 'pii']] },
    });
  });

  test('what a caller may not see does not exist for them: in lists, by name, by id, in content', async () => {
    await createRepository('secret-plan', 'external', cairn.adminToken);
    const { repository } = await cairn.ask('{ repository(name: "secret-plan") { asset { id } } }');
    const id = repository.asset.id as string;
    const found = await cairn.ask(
      '{ repositories(first: 200) { nodes { name } } assets(first: 200) { nodes { id } } }',
      {},
      analyst,
    );
    expect(found.repositories.nodes).not.toContainEqual({ name: 'secret-plan' });
    expect(found.assets.nodes).not.toContainEqual({ id });
    const byId = await cairn.graphql('query($id: ID!) { asset(id: $id) { id } }', { id }, analyst);
    const byUnknownId = await cairn.graphql(
      'query($id: ID!) { asset(id: $id) { id } }',
      { id: id.replace(/.$/, (c) => (c === '0' ? '1' : '0')) },
      analyst,
    );
    expect(byId.errors![0]!.extensions['code']).toBe('NOT_FOUND');
    expect(byUnknownId.errors![0]!.extensions['code']).toBe('NOT_FOUND');
    expect((await read('secret-plan/content/main/x', { token: analyst })).status).toBe(404);
  });

  test('a protected branch needs `merge`, which an editor does not hold', async () => {
    await createRepository('guarded');
    await cairn.ask('mutation($i: ProtectBranchInput!) { protectBranch(input: $i) { isProtected } }', {
      i: { repository: 'guarded', name: 'main', isProtected: true },
    });
    const refused = await commit('guarded', { a: '1' });
    expect(refused.errors![0]).toMatchObject({ extensions: { code: 'FORBIDDEN', action: 'merge' } });
    expect((await commit('guarded', { a: '1' }, {}, cairn.adminToken)).errors).toBeUndefined();
  });

  test('knowing the digest of bytes is not having them', async () => {
    await createRepository('hoard', 'external', cairn.adminToken);
    await commit('hoard', { secret: 'the treasure is under the stone' }, {}, cairn.adminToken);
    await createRepository('thief');
    const { errors } = await cairn.graphql(
      'mutation($i: CommitInput!) { commit(input: $i) { id } }',
      {
        i: {
          repository: 'thief',
          branch: 'main',
          message: 'mine',
          changes: [{ path: 'loot', sha256: sha256('the treasure is under the stone') }],
        },
      },
      engineer,
    );
    expect(errors![0]!.extensions).toMatchObject({ code: 'NOT_FOUND', error: 'ObjectNotUploaded' });
  });

  test('every decision is in the log, with its rules', async () => {
    const { Policy } = await import('../src/policy/index.js');
    await cairn.app.get(Policy).recorded();
    const { Database } = await import('../src/platform/index.js');
    const rows = await cairn.app.get(Database).query<{ rules: string[] }>(
      `SELECT body::jsonb -> 'rules' AS rules FROM audit_record
         WHERE subject = 'user:ana.analyst' AND action = 'read' AND object = 'dataset/observers' AND NOT is_allowed`,
    );
    expect(rows.map((row) => row.rules)).toContainEqual(['PENGUINS-NO-PII']);
  });
});

describe('bad input changes nothing and names the field', () => {
  const refusals: [string, object, string, string | undefined][] = [
    [
      'a path with ..',
      { changes: [{ path: 'a/../b', sha256: sha256('x') }] },
      'BAD_USER_INPUT',
      'input.changes[0].path',
    ],
    [
      'a path with NUL',
      { changes: [{ path: 'a\u0000b', sha256: sha256('x') }] },
      'BAD_USER_INPUT',
      'input.changes[0].path',
    ],
    [
      'a path with half of a surrogate pair',
      { changes: [{ path: 'a\ud800b', sha256: sha256('x') }] },
      'BAD_USER_INPUT',
      'input.changes[0].path',
    ],
    [
      'a path of 4 KiB',
      { changes: [{ path: 'x'.repeat(4096), sha256: sha256('x') }] },
      'BAD_USER_INPUT',
      'input.changes[0].path',
    ],
    [
      'a path named twice',
      {
        changes: [
          { path: 'a', isDeleted: true },
          { path: 'a', isDeleted: true },
        ],
      },
      'BAD_USER_INPUT',
      'input.changes[1].path',
    ],
    [
      'a digest that is none',
      { changes: [{ path: 'a', sha256: 'ABC' }] },
      'BAD_USER_INPUT',
      'input.changes[0].sha256',
    ],
    ['no changes', { changes: [] }, 'BAD_USER_INPUT', 'input.changes'],
    [
      'an empty message',
      { message: ' ', changes: [{ path: 'a', isDeleted: true }] },
      'BAD_USER_INPUT',
      'input.message',
    ],
    [
      'a branch that does not exist',
      { branch: 'nowhere', changes: [{ path: 'a', isDeleted: true }] },
      'NOT_FOUND',
      undefined,
    ],
    [
      'a repository that does not exist',
      { repository: 'nowhere', changes: [{ path: 'a', isDeleted: true }] },
      'NOT_FOUND',
      undefined,
    ],
    [
      'a head that has moved',
      { expectedHead: 'f'.repeat(64), changes: [{ path: 'a', isDeleted: true }] },
      'CONFLICT',
      undefined,
    ],
    ['nothing to commit', { changes: [{ path: 'not-there', isDeleted: true }] }, 'CONFLICT', undefined],
  ];
  beforeAll(() => createRepository('bad'));

  test.each(refusals)('%s', async (_, rest, code, field) => {
    const i = { repository: 'bad', branch: 'main', message: 'bad', ...rest };
    const { errors } = await cairn.graphql(
      'mutation($i: CommitInput!) { commit(input: $i) { id } }',
      { i },
      engineer,
    );
    expect(errors![0]!.extensions).toMatchObject({ code, ...(field && { field }) });
    const { repository } = await cairn.ask(
      '{ repository(name: "bad") { log(revision: "main") { nodes { id } } } }',
      {},
      engineer,
    );
    expect(repository.log.nodes).toHaveLength(1);
  });

  test('a body with another digest than announced is refused and not kept', async () => {
    const response = await upload('bad', 'these bytes', { 'x-cairn-sha256': sha256('other bytes') });
    expect([response.status, (await problemOf(response)).code]).toEqual([422, 'ChecksumMismatch']);
  });

  test('a revision that does not exist or is malformed', async () => {
    expect((await read('bad/content/v9/x')).status).toBe(404);
    const malformed = await read(`bad/content/${encodeURIComponent('main:x')}/x`);
    expect([malformed.status, (await problemOf(malformed)).field]).toEqual([400, 'revision']);
  });

  test('a name that is taken, a name that is none', async () => {
    const create = (name: string) =>
      cairn.graphql(
        'mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }',
        { i: { name, kind: 'dataset', namespace: 'research/penguins' } },
        engineer,
      );
    expect((await create('bad')).errors![0]!.extensions['code']).toBe('ALREADY_EXISTS');
    expect((await create('Bad Name')).errors![0]!.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'input.name',
    });
  });

  test('a body that ends before its announced length is not kept', async () => {
    const text = 'the first half, and no other';
    const { hostname, port } = new URL(cairn.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const head = [
      'PUT /api/v1/repositories/bad/objects HTTP/1.1',
      `Host: ${hostname}`,
      `Authorization: Bearer ${engineer}`,
      'Content-Type: application/octet-stream',
      `Content-Length: ${2 * text.length}`,
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).not.toMatch(/^HTTP\/1.1 2/);
    const { errors } = await cairn.graphql(
      'mutation($i: CommitInput!) { commit(input: $i) { id } }',
      {
        i: {
          ...{ repository: 'bad', branch: 'main', message: 'half' },
          changes: [{ path: 'half', sha256: sha256(text) }],
        },
      },
      engineer,
    );
    expect(errors![0]!.message).toContain(sha256(text));
  });

  const refsOf = (name: string) =>
    cairn.ask(
      'query($n: String!) { repository(name: $n) { branches { nodes { name commitId } } tags { nodes { name commitId } } } }',
      { n: name },
      engineer,
    );
  const codeOf = async (mutation: string, i: object) => {
    const [name, type] = mutation.split(' ');
    const { errors } = await cairn.graphql(
      `mutation($i: ${type}!) { ${name}(input: $i) { __typename } }`,
      { i },
      engineer,
    );
    return errors?.[0]?.extensions;
  };

  test('a ref that is named like a commit', async () => {
    const before = await refsOf('bad');
    const name = 'ab'.repeat(32);
    const refused = { code: 'BAD_USER_INPUT', field: 'input.name' };
    const of = { repository: 'bad', name };
    expect(await codeOf('createBranch CreateBranchInput', { ...of, from: 'main' })).toMatchObject(refused);
    expect(await codeOf('createTag CreateTagInput', { ...of, revision: 'main' })).toMatchObject(refused);
    expect(await refsOf('bad')).toEqual(before);
  });

  test('a commit of another repository is none of this one: it is not merged, picked, reset to, or named', async () => {
    await createRepository('other');
    const { data } = await commit('other', { secret: 'of another repository' });
    const revision: string = data.commit.id;
    const before = await refsOf('bad');
    const to = { repository: 'bad', branch: 'main' };
    for (const [mutation, input] of [
      ['merge MergeInput', { repository: 'bad', target: 'main', source: revision }],
      ['cherryPick PickInput', { ...to, revision }],
      ['revert PickInput', { ...to, revision }],
      ['resetBranch ResetBranchInput', { ...to, revision }],
      ['createBranch CreateBranchInput', { repository: 'bad', name: 'theirs', from: revision }],
      ['createTag CreateTagInput', { repository: 'bad', name: 'theirs', revision }],
    ] as const)
      expect([mutation, await codeOf(mutation, input)]).toEqual([
        mutation,
        expect.objectContaining({ code: 'NOT_FOUND' }),
      ]);
    expect((await read(`bad/content/${revision}/secret`)).status).toBe(404);
    expect(await refsOf('bad')).toEqual(before);
  });

  test('a tag does not move', async () => {
    const tag = { repository: 'bad', name: 'v1', revision: 'main' };
    expect(await codeOf('createTag CreateTagInput', tag)).toBeUndefined();
    const before = await refsOf('bad');
    expect(await codeOf('createTag CreateTagInput', tag)).toMatchObject({ code: 'ALREADY_EXISTS' });
    for (const [mutation, input] of [
      ['resetBranch ResetBranchInput', { branch: 'v1', revision: 'main' }],
      ['merge MergeInput', { target: 'v1', source: 'main' }],
      ['commit CommitInput', { branch: 'v1', message: 'move', changes: [{ path: 'a', isDeleted: true }] }],
    ] as const)
      expect([mutation, await codeOf(mutation, { repository: 'bad', ...input })]).toEqual([
        mutation,
        expect.objectContaining({ code: 'NOT_FOUND' }),
      ]);
    expect(await refsOf('bad')).toEqual(before);
  });
});
