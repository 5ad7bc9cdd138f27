import { createHash } from 'node:crypto';
import type { World } from '../worlds.js';
import type { Things } from '../things.js';

/** Puts bytes into a repository. @returns their SHA-256 */
export async function upload({ cairn }: World, repository: string, body: string | Buffer): Promise<string> {
  const sent = await cairn.http(`/api/v1/repositories/${repository}/objects`, {
    ...{ method: 'PUT', body: typeof body === 'string' ? body : new Uint8Array(body) },
    headers: { 'content-type': 'application/octet-stream' },
  });
  if (sent.status !== 201) throw new Error(await sent.text());
  return createHash('sha256').update(body).digest('hex');
}

/** Commits files as the administrator. @returns the commit's id */
export async function commit(
  world: World,
  repository: string,
  files: Readonly<Record<string, string | Buffer>>,
  more: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const changes = [];
  for (const [path, body] of Object.entries(files))
    changes.push({ path, sha256: await upload(world, repository, body) });
  const i = { repository, branch: 'main', message: 'content', changes, ...more };
  return (await world.cairn.ask('mutation($i: CommitInput!) { commit(input: $i) { id } }', { i })).commit.id;
}

/** Waits for the end of an operation. */
export async function ended({ cairn }: World, id: string): Promise<string> {
  await cairn.ask('query($id: ID!) { operation(id: $id, waitSeconds: 20) { state } }', { id });
  return id;
}

/** A dataset's repository with a history: branches, a tag, what is staged, operations, and who read it. */
export async function fillCatalog(world: World, things: Things): Promise<void> {
  const { cairn } = world;
  const repository = things.word('dataset');
  const made = await cairn.ask(
    'mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id asset { id } } }',
    {
      i: {
        name: repository,
        kind: 'dataset',
        namespace: things.namespace,
        description: things.word('about'),
      },
    },
  );
  things.keep('dataset', made.createRepository.asset.id);
  const file = `${things.inner('folder')}/${things.inner('file')}.csv`;
  const csv = (rows: string) => `id,${things.inner('column')}\n${rows}`;
  const told = {
    message: things.inner('message'),
    metadata: { [things.inner('key')]: things.inner('value') },
  };
  const first = await commit(world, repository, { [file]: csv('1,a\n'), 'plain.txt': 'plain' }, told);
  const second = await commit(world, repository, { [file]: csv(`1,${things.inner('cell')}\n2,b\n`) }, told);
  things.keep('first', first);
  things.keep('second', second);
  const branch = things.inner('branch');
  await cairn.ask(
    `mutation($b: CreateBranchInput!, $t: CreateTagInput!, $k: SetRowKeysInput!, $c: SetChecksInput!) {
       createBranch(input: $b) { name } createTag(input: $t) { name } setRowKeys(input: $k) { id } setChecks(input: $c) { id } }`,
    {
      b: { repository, name: branch, from: 'main' },
      t: { repository, name: things.inner('tag'), revision: first },
      k: { repository, rules: [{ pattern: '*.csv', columns: [things.inner('column')] }] },
      c: {
        repository,
        checks: { requiredMetadata: [things.inner('key')], branches: [things.inner('checked')] },
      },
    },
  );
  await commit(world, repository, { [`${things.inner('other')}.csv`]: csv('3,c\n') }, { ...told, branch });
  const merge = await cairn.ask('mutation($i: MergeInput!) { startMerge(input: $i) { id } }', {
    i: { repository, source: branch, target: 'main', ...told },
  });
  things.keep('operation', await ended(world, merge.startMerge.id));
  await cairn.ask('mutation($i: StageInput!) { stage(input: $i) }', {
    i: {
      ...{ repository, branch: 'main' },
      changes: [
        { path: `${things.inner('staged')}.csv`, sha256: await upload(world, repository, csv('4,d\n')) },
      ],
    },
  });
  await cairn.http(`/api/v1/repositories/${repository}/content/main/${file}`);
}
