import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync, chmodSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Database } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';

/** Nodes that were read once are at hand: tests that damage them look after a restart. */
let cairn: TestCairn;
beforeAll(async () => {
  cairn = await startTestCairn({ CAIRN_GC_EVERY_HOURS: '0' });
}, 60_000);
afterAll(() => cairn.stop());

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const rows = (sql: string, parameters: unknown[] = []) =>
  cairn.app.get(Database).query<Record<string, any>>(sql, parameters);

/** A repository with one file, `f`. @returns the commit of it */
async function committed(name: string, text: string): Promise<{ id: string; tree: string }> {
  const i = { name, kind: 'dataset', namespace: 'research/penguins' };
  await cairn.ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', { i });
  const sent = await cairn.http(`/api/v1/repositories/${name}/objects`, {
    ...{ method: 'PUT', body: text, headers: { 'content-type': 'application/octet-stream' } },
  });
  expect(sent.status).toBe(201);
  const c = {
    repository: name,
    branch: 'main',
    message: text,
    changes: [{ path: 'f', sha256: sha256(text) }],
  };
  return (await cairn.ask('mutation($c: CommitInput!) { commit(input: $c) { id tree } }', { c })).commit;
}

/** Changes one bit of a stored object in place. */
function flip(digest: string, at: number): void {
  const file = path.join(cairn.dataDir, 'objects/objects', digest.slice(0, 2), digest.slice(2));
  const bytes = readFileSync(file);
  bytes[at]! ^= 1;
  chmodSync(file, 0o644);
  writeFileSync(file, bytes);
}

/** The file `f` of main; `cut` when the connection ended before all of it had come. */
async function read(name: string): Promise<string> {
  try {
    return await (await cairn.http(`/api/v1/repositories/${name}/content/main/f`)).text();
  } catch {
    return 'cut';
  }
}

const entries = (name: string, revision = 'main') =>
  cairn.graphql(
    'query($n: String!, $r: String!) { repository(name: $n) { entries(revision: $r) { nodes { path sha256 } } } }',
    { n: name, r: revision },
  );

test('a byte of an object that changed is never handed out as a whole answer', async () => {
  const text = 'content '.repeat(1000);
  await committed('damaged-object', text);
  for (const at of [0, 4000, text.length - 1]) {
    flip(sha256(text), at);
    expect([at, await read('damaged-object')]).toEqual([at, 'cut']);
    flip(sha256(text), at);
    expect(await read('damaged-object')).toBe(text);
  }
});

test('any byte of a pack that tree nodes are read from is found to have changed', async () => {
  const { tree } = await committed('damaged-pack', 'in a pack');
  const [place] = await rows(
    `SELECT encode(p.sha256, 'hex') AS pack, n.start_byte AS start, n.size_bytes AS size
     FROM tree_node AS n JOIN tree_pack AS p ON p.id = n.pack_id WHERE n.sha256 = decode($1, 'hex')`,
    [tree],
  );
  await cairn.restart();
  // What is refused is not at hand the next time: one restart is enough.
  for (let at = place!['start']; at < place!['start'] + place!['size']; at += 7) {
    flip(place!['pack'], at);
    const { errors } = await entries('damaged-pack');
    expect([at, errors?.[0]!.extensions['code']]).toEqual([at, 'CORRUPT']);
    flip(place!['pack'], at);
  }
  expect((await entries('damaged-pack')).data.repository.entries.nodes).toHaveLength(1);
}, 60_000);

test.each([
  ['tree', `tree = reverse(tree)`],
  ['parents', `parents = '{}'`],
  ['author', `author = author || 'x'`],
  ['committer', `committer = 'user:eve'`],
  ['time', `committed_at = committed_at + interval '1 millisecond'`],
  ['message', `message = message || ' '`],
  ['message, beyond all bounds', `message = repeat('x', 70000)`],
  ['metadata', `metadata = metadata || '{"reviewed": "yes"}'`],
])('a commit whose %s changed in the database is not taken for one', async (what, assignment) => {
  const name = `damaged-commit-${what.replace(/\W+/g, '-')}`;
  const { id } = await committed(name, what);
  await rows(`UPDATE commit SET ${assignment} WHERE id = $1`, [id]);
  for (const revision of ['main', id, id.slice(0, 12)]) {
    const { errors } = await entries(name, revision);
    expect(errors![0]!.extensions['code']).toBe('CORRUPT');
    expect(errors![0]!.message).toContain(id);
  }
  const { errors } = await cairn.graphql(
    'query($n: String!) { repository(name: $n) { log { nodes { id } } } }',
    { n: name },
  );
  expect(errors![0]!.extensions['code']).toBe('CORRUPT');
});

describe('a tree node that changed in the database is not read as another', () => {
  const changes: [string, string][] = [
    ['start', 'start_byte = start_byte + 1'],
    ['length', 'size_bytes = size_bytes - 1'],
    ['length, to none', 'size_bytes = 0'],
    ['length, beyond the pack', 'size_bytes = size_bytes + 1000000'],
    ['pack', 'pack_id = (SELECT max(id) FROM tree_pack WHERE id <> tree_node.pack_id)'],
  ];
  const nameOf = (what: string) => `damaged-node-${what.replace(/\W+/g, '-')}`;
  beforeAll(async () => {
    for (const [what, assignment] of changes) {
      const { tree } = await committed(nameOf(what), `node ${what}`);
      await rows(`UPDATE tree_node SET ${assignment} WHERE sha256 = decode($1, 'hex')`, [tree]);
    }
    await cairn.restart();
  });

  test.each(changes)('its %s', async (what) => {
    expect((await entries(nameOf(what))).errors![0]!.extensions['code']).toBe('CORRUPT');
  });
});

test('a ref cannot be put on a commit that is not there, by whatever hand', async () => {
  await committed('damaged-ref', 'of a ref');
  await expect(
    rows(`UPDATE ref SET commit_id = $1 WHERE repository_id = (SELECT id FROM repository WHERE name = $2)`, [
      sha256('no commit'),
      'damaged-ref',
    ]),
  ).rejects.toThrow(/foreign key/);
  expect(await read('damaged-ref')).toBe('of a ref');
});

test.each([
  ['digest', "sha256 = overlay(sha256 PLACING (CASE left(sha256, 1) WHEN '0' THEN '1' ELSE '0' END) FROM 1)"],
  ['size', 'size_bytes = size_bytes + 1'],
])(
  'a changed %s of a staged change does not become content that reads as if it were whole',
  async (what, change) => {
    const name = `damaged-stage-${what}`;
    const text = `content of ${name}`;
    await committed(name, text);
    await cairn.ask('mutation($i: StageInput!) { stage(input: $i) }', {
      i: {
        repository: name,
        branch: 'main',
        changes: [{ path: 'f', sha256: sha256(text), metadata: { n: '1' } }],
      },
    });
    await rows(`UPDATE staged_change SET ${change} WHERE path = 'f'`);
    const { commitStaged } = await cairn.ask(
      'mutation($i: CommitStagedInput!) { commitStaged(input: $i) { id } }',
      {
        i: { repository: name, branch: 'main', message: 'staged' },
      },
    );
    await cairn.ask('query($id: ID!) { operation(id: $id, waitSeconds: 20) { state } }', {
      id: commitStaged.id,
    });
    expect(await read(name)).not.toBe(text);
  },
);
