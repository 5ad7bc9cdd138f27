import { createHash, randomInt } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { BranchService } from '../src/catalog/commits/branch.service.js';
import { OBJECT_STORE, type ObjectStore } from '../src/storage/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';

const CLIENTS = 12;
const COMMITS_EACH = 12;
const COMMIT = 'mutation($i: CommitInput!) { commit(input: $i) { id } }';
const SEED = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31));

let cairn: TestCairn;
beforeAll(async () => {
  cairn = await startTestCairn();
}, 60_000);
afterAll(() => cairn.stop());
afterEach(() => void jest.restoreAllMocks());

/** Numbers of [0, 1) that the same seed draws again. */
function randomOf(seed: number): () => number {
  let drawn = 0;
  return () => createHash('sha256').update(`${seed} ${drawn++}`).digest().readUInt32BE(0) / 2 ** 32;
}

async function repository(name: string): Promise<string> {
  const i = { name, kind: 'dataset', namespace: 'research/penguins' };
  await cairn.ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', { i });
  const sent = await cairn.http(`/api/v1/repositories/${name}/objects`, {
    method: 'PUT',
    body: 'the same at every path',
    headers: { 'content-type': 'application/octet-stream' },
  });
  expect(sent.status).toBe(201);
  return createHash('sha256').update('the same at every path').digest('hex');
}

/** Messages of the commits of a branch, the first made first. */
async function line(name: string): Promise<string[]> {
  const messages: string[] = [];
  for (let after: string | null = null; ;) {
    const { repository } = await cairn.ask(
      'query($name: String!, $after: String) { repository(name: $name) { log(revision: "main", first: 100, after: $after) { nodes { message } pageInfo { endCursor hasNextPage } } } }',
      { name, after },
    );
    messages.push(...repository.log.nodes.map(({ message }: { message: string }) => message));
    if (!repository.log.pageInfo.hasNextPage) return messages.reverse().slice(1);
    after = repository.log.pageInfo.endCursor;
  }
}

describe(`commits onto one branch (TEST_SEED=${SEED})`, () => {
  test('are there once each when they were acknowledged, and not when they were refused, whatever fails', async () => {
    const sha256 = await repository('hot');
    const random = randomOf(SEED);
    const branches = cairn.app.get(BranchService);
    const land = branches.land.bind(branches);
    jest.spyOn(branches, 'land').mockImplementation(async (...landing) => {
      const fate = random();
      if (fate < 0.1) return false; // as if another process had moved the branch
      if (fate < 0.2) throw new Error('the landing failed');
      return land(...landing);
    });
    const store = cairn.app.get<ObjectStore>(OBJECT_STORE);
    const put = store.put.bind(store);
    jest.spyOn(store, 'put').mockImplementation(async (...bytes) => {
      if (random() < 0.05) throw new Error('the store failed');
      return put(...bytes);
    });

    const acknowledged: string[][] = [];
    const refused: string[] = [];
    await Promise.all(
      Array.from({ length: CLIENTS }, async (_, client) => {
        const mine: string[] = (acknowledged[client] = []);
        for (let at = 0; at < COMMITS_EACH; at++) {
          const message = `client ${client} commit ${at}`;
          const changes = [{ path: `${client}/${at}`, sha256 }];
          const { errors } = await cairn.graphql(COMMIT, {
            i: { repository: 'hot', branch: 'main', message, changes },
          });
          if (errors) refused.push(message);
          else mine.push(message);
        }
      }),
    );
    jest.restoreAllMocks();

    const messages = await line('hot');
    expect([...messages].sort()).toEqual(acknowledged.flat().sort());
    for (const [client, mine] of acknowledged.entries())
      expect(messages.filter((message) => message.startsWith(`client ${client} `))).toEqual(mine);
    expect(acknowledged.flat().length).toBeGreaterThan(0);
    expect(refused.length).toBeGreaterThan(0);
    for (const message of acknowledged.flat()) {
      const [, client, at] = /client (\d+) commit (\d+)/.exec(message)!;
      const read = await cairn.http(`/api/v1/repositories/hot/content/main/${client}/${at}`);
      expect(read.status).toBe(200);
    }
  }, 60_000);

  test('that name where they expect the branch are refused when it is elsewhere, whoever came before them in the queue', async () => {
    const sha256 = await repository('expecting');
    const { repository: found } = await cairn.ask(
      '{ repository(name: "expecting") { log(revision: "main") { nodes { id } } } }',
    );
    const expectedHead = found.log.nodes[0].id as string;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        cairn.graphql(COMMIT, {
          i: {
            ...{ repository: 'expecting', branch: 'main', message: `commit ${at}`, expectedHead },
            changes: [{ path: `${at}`, sha256 }],
          },
        }),
      ),
    );
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
    expect(await line('expecting')).toHaveLength(1);
  });

  test('may be many in one request, each answered for itself, up to 32', async () => {
    const sha256 = await repository('listed');
    const operation = (path: string) => ({
      query: COMMIT,
      variables: { i: { repository: 'listed', branch: 'main', message: path, changes: [{ path, sha256 }] } },
    });
    const post = async (operations: object[]) => {
      const response = await cairn.http('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(operations),
      });
      return {
        status: response.status,
        body: (await response.json()) as { errors?: { message: string }[] }[],
      };
    };
    const { status, body } = await post([operation('a'), operation('../b'), operation('c')]);
    expect(status).toBe(200);
    expect(body).toHaveLength(3);
    expect(body[1]!.errors![0]!.message).toMatch(/path/);
    expect((await line('listed')).sort()).toEqual(['a', 'c']);
    const many = await post(Array.from({ length: 33 }, (_, at) => operation(`many/${at}`)));
    expect(many.status).toBe(400);
    expect(JSON.stringify(many.body)).toMatch(/at most 32 operations, not 33/);
    expect(await line('listed')).toHaveLength(2);
    const strange: unknown[] = ['junk', {}, { query: 5 }, { query: COMMIT, variables: 'x' }, null];
    const mixed = [];
    for (const [at, other] of strange.entries())
      mixed.push(await post([operation(`strange/${at}`), other as object]));
    // What went through beside a refusal would be on the branch before what comes after it.
    await post([operation('d')]);
    expect((await line('listed')).sort()).toEqual(['a', 'c', 'd']);
    for (const { status, body } of mixed)
      expect([status, JSON.stringify(body)]).toEqual([400, expect.stringMatching(/body\[1\]/)]);
  });
});
