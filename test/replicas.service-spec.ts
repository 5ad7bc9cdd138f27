import { createHash } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from './support/eventually.js';
import { Replicas } from './support/replicas.js';
import { serviceEnvironment } from './support/services.js';

const RUNS = 12;
const minio = serviceEnvironment('minio');
const bucket = `replicas-${Date.now()}`;
let replicas: Replicas;

beforeAll(async () => {
  Object.assign(process.env, minio);
  const client = new S3Client({ endpoint: minio['S3_ENDPOINT']!, region: 'us-east-1', forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  replicas = await Replicas.start(2, { ...minio, S3_BUCKET: bucket });
}, 60_000);
afterAll(() => replicas.stop());

async function repository(name: string, kind: string, file?: string): Promise<void> {
  const i = { name, kind, namespace: 'research/penguins' };
  await replicas.ask(0, 'mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', { i });
  if (file === undefined) return;
  await fetch(`${replicas.url(0)}/api/v1/repositories/${name}/objects`, {
    ...{ method: 'PUT', body: file },
    headers: { 'content-type': 'application/octet-stream', authorization: `Bearer ${replicas.adminToken}` },
  });
  const changes = [{ path: 'data.csv', sha256: createHash('sha256').update(file).digest('hex') }];
  const commit = { repository: name, branch: 'main', message: 'content', changes };
  await replicas.ask(0, 'mutation($i: CommitInput!) { commit(input: $i) { id } }', { i: commit });
}

interface Run {
  readonly id: string;
  readonly state: string;
  readonly output: { readonly repository: string; readonly commitId: string | null };
}

async function runs(place: number): Promise<Run[]> {
  const query = '{ trainingRuns(first: 100) { nodes { id state output { repository commitId } } } }';
  return (await replicas.ask(place, query)).trainingRuns.nodes;
}

async function holdsTheLease(place: number): Promise<boolean> {
  const health: any = await (await fetch(`${replicas.url(place)}/health/ready`)).json();
  return health.parts.training.report.isHolding;
}

test('a run is committed once or not at all, when the replica that follows it is killed and another takes over', async () => {
  await repository('numbers', 'dataset', 'a\n1\n');
  for (let n = 0; n < RUNS; n++) {
    await repository(`model-${n}`, 'model');
    const i = {
      ...{ name: `run ${n}`, output: { repository: `model-${n}`, branch: 'main' } },
      command: ['sh', '-c', 'sleep 0.5; cp "$CAIRN_INPUTS/numbers/data.csv" "$CAIRN_OUTPUTS/model.txt"'],
      inputs: [{ repository: 'numbers', revision: 'main', mount: 'numbers' }],
    };
    await replicas.ask(
      n % 2,
      'mutation($i: SubmitTrainingRunInput!) { submitTrainingRun(input: $i) { id } }',
      { i },
    );
  }
  await eventually(
    () => runs(0),
    (all) => all.some(({ state }) => state === 'succeeded'),
  );
  const holder = (await holdsTheLease(0)) ? 0 : 1;
  const other = 1 - holder;
  await replicas.end(holder, 'SIGKILL');
  const isOver = ({ state }: Run) => ['succeeded', 'failed', 'cancelled', 'lost'].includes(state);
  let all = await runs(other);
  expect(all.every(isOver)).toBe(false);
  all = await eventually(
    () => runs(other),
    (now) => now.every(isOver),
  );
  expect(await holdsTheLease(other)).toBe(true);
  await replicas.start(holder);

  expect(all).toHaveLength(RUNS);
  for (const { id, state, output } of all) {
    const query = 'query($n: String!) { repository(name: $n) { log { nodes { id message } } } }';
    const { log } = (await replicas.ask(other, query, { n: output.repository })).repository;
    const made = log.nodes.filter(({ message }: { message: string }) => message.includes(id));
    expect([state, made.map((commit: { id: string }) => commit.id)]).toEqual(
      state === 'succeeded' ? ['succeeded', [output.commitId]] : [state, []],
    );
  }
  expect(all.filter(({ state }) => state === 'succeeded').length).toBeGreaterThan(RUNS / 2);
}, 120_000);

test('a replica reads what another one stored', async () => {
  const read = async (place: number) =>
    (
      await fetch(`${replicas.url(place)}/api/v1/repositories/numbers/content/main/data.csv`, {
        headers: { authorization: `Bearer ${replicas.adminToken}` },
      })
    ).text();
  expect([await read(0), await read(1)]).toEqual(['a\n1\n', 'a\n1\n']);
});
