import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  existsSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jobEvent } from '@cairn/openlineage-client';
import fc from 'fast-check';
import 'reflect-metadata';
import { ContentService } from '../src/catalog/index.js';
import { CAIRN_ITSELF } from '../src/identity/index.js';
import { LineageEmission } from '../src/orchestrator/emission/index.js';
import { removeTree } from '../src/orchestrator/execution/local/run-folder.js';
import { EXECUTION_DRIVER, type ExecutionDriver } from '../src/orchestrator/execution/execution-driver.js';
import { Housekeeping } from '../src/orchestrator/training/reconciler/housekeeping.js';
import { RunMounts } from '../src/orchestrator/training/reconciler/run-mounts.js';
import { RunSteps } from '../src/orchestrator/training/reconciler/run-steps.js';
import { TrainingReconciler } from '../src/orchestrator/training/reconciler/training-reconciler.js';
import type { TrainingRun } from '../src/orchestrator/training/training-run.js';
import { TrainingRunRepository } from '../src/orchestrator/training/training-run.repository.js';
import { Database, HealthChecks, Leases, loadConfig, LOGGER, type Logger } from '../src/platform/index.js';
import { OBJECT_STORE } from '../src/storage/index.js';
import { type Cairn, startCairn } from '../src/start.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { eventually } from './support/eventually.js';

const ADMIN = 'test-administrator-of-trainings';
let database: TestDatabase;
let cairn: Cairn;
let dataDir: string;
let policyDir: string;
let trainer: string;
let engineer: string;
let analyst: string;
/** An analyst, who may not read pii, and a trainer. */
let torn: string;

const start = () =>
  startCairn(
    loadConfig({
      ...{ CAIRN_PORT: '0', CAIRN_DATA_DIR: dataDir, CAIRN_POLICY_DIR: policyDir, CAIRN_ADMIN_TOKEN: ADMIN },
      ...{ CAIRN_LOG_LEVEL: process.env['TEST_LOG'] ?? 'silent', DATABASE_URL: database.url },
    }),
  );

async function graphql(
  query: string,
  variables: object = {},
  token = ADMIN,
): Promise<{ data: any; errors?: any[] }> {
  const response = await fetch(`${cairn.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as { data: any; errors?: any[] };
}

async function ask(query: string, variables: object = {}, token = ADMIN): Promise<any> {
  const { data, errors } = await graphql(query, variables, token);
  if (errors) throw new Error(JSON.stringify(errors, undefined, 1));
  return data;
}

async function tokenFor(subject: string): Promise<string> {
  const [kind, name] = subject.split(':');
  await ask('mutation($i: CreatePrincipalInput!) { createPrincipal(input: $i) { id } }', {
    i: { kind, name },
  });
  const issue = 'mutation($i: IssueTokenInput!) { issueToken(input: $i) { secret } }';
  return (await ask(issue, { i: { subject, label: 'test' } })).issueToken.secret as string;
}

async function repository(name: string, kind: string, files: Record<string, string> = {}): Promise<string> {
  const i = { name, kind, namespace: 'research/penguins' };
  await ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', { i });
  const changes = [];
  for (const [file, text] of Object.entries(files)) {
    const sha256 = createHash('sha256').update(text).digest('hex');
    await fetch(`${cairn.url}/api/v1/repositories/${name}/objects`, {
      ...{ method: 'PUT', body: text },
      headers: { 'content-type': 'application/octet-stream', authorization: `Bearer ${ADMIN}` },
    });
    changes.push({ path: file, sha256 });
  }
  if (changes.length === 0) return '';
  const commit = { repository: name, branch: 'main', message: 'content', changes };
  return (await ask('mutation($i: CommitInput!) { commit(input: $i) { id } }', { i: commit })).commit
    .id as string;
}

const RUN = `id name state submittedBy inputs { repository revision commitId mount } code { repository commitId } command
  output { repository branch commitId } parameters metrics exitCode reason contentHash seed timeoutSeconds startedAt finishedAt`;

const CSV = 'species,mass\nAdelie,3700\nGentoo,5000\nAdelie,3800\n';
let models = 0;

/** Submits a run that executes a shell script on the penguins, into a new model repository unless told otherwise. */
async function submit(script: string, rest: object = {}, token = trainer): Promise<any> {
  const output = { repository: `model-${++models}`, branch: 'main' };
  if (!('output' in rest)) await repository(output.repository, 'model');
  const i = {
    ...{ name: 'a run', command: ['sh', '-c', script], output },
    inputs: [{ repository: 'penguins', revision: 'main', mount: 'penguins' }],
    ...rest,
  };
  const mutation = `mutation($i: SubmitTrainingRunInput!) { submitTrainingRun(input: $i) { ${RUN} } }`;
  return (await ask(mutation, { i }, token)).submitTrainingRun;
}

const find = async (id: string) =>
  (await ask(`query($id: ID!) { trainingRun(id: $id) { ${RUN} } }`, { id })).trainingRun;
const inState = (id: string, ...states: string[]) =>
  eventually(
    () => find(id),
    ({ state }) => states.includes(state),
  );
const ended = (id: string) => inState(id, 'succeeded', 'failed', 'cancelled', 'lost');
const logOf = async (id: string, token = ADMIN) =>
  (await ask('query($id: ID!) { trainingRun(id: $id) { log } }', { id }, token)).trainingRun.log as string;
const cancel = (id: string) => ask('mutation($id: ID!) { cancelTrainingRun(id: $id) { state } }', { id });
/** Commits on the main branch of a repository, without the first, which is empty. */
const commitsOf = async (name: string): Promise<any[]> => {
  const query =
    'query($n: String!) { repository(name: $n) { log(revision: "main", first: 200) { nodes { id author message metadata } } } }';
  return (await ask(query, { n: name })).repository.log.nodes.slice(0, -1);
};
const lineageOf = (id: string) =>
  eventually(
    () =>
      graphql(
        'query($id: ID!) { lineageRun(id: $id) { state facets inputs { version asset { asset { identityName } } } outputs { version asset { asset { identityName } } } } }',
        { id },
      ),
    ({ data }) => ['complete', 'abort', 'fail'].includes(data?.lineageRun.state),
  ).then(({ data }) => data.lineageRun);
const folder = (id: string) => path.join(dataDir, 'runs', id);
/** Shell that waits until there is a file. */
const waitFor = (file: string) => `until [ -e '${file}' ]; do sleep 0.05; done`;

beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'cairn-training-'));
  chmodSync(dataDir, 0o755);
  policyDir = path.join(dataDir, 'policies');
  cpSync('policies', policyDir, { recursive: true });
  appendFileSync(
    path.join(policyDir, 'penguins.csv'),
    '\ng, user:torn, role:analyst, research/penguins, -, -\ng, user:torn, role:trainer, research/penguins, -, -\n',
  );
  cairn = await start();
  trainer = await tokenFor('service:penguin-trainer');
  engineer = await tokenFor('user:pia.engineer');
  analyst = await tokenFor('user:ana.analyst');
  torn = await tokenFor('user:torn');
  await repository('penguins', 'dataset', { 'penguins.csv': CSV });
  await repository('trainer', 'dataset', {
    'train.mjs': readFileSync('test/fixtures/training/train.mjs', 'utf8'),
  });
}, 60_000);

afterAll(async () => {
  await cairn.stop();
  await database.drop();
  await removeTree(dataDir);
});

describe('what the orchestrator tells of itself', () => {
  const event = (name: string) => jobEvent({ producer: 'urn:cairn:test', job: { namespace: 'cairn', name } });

  test('an event of a committed transaction comes in by the ordinary door, one of a rolled back one does not', async () => {
    const rows = cairn.app.get(Database);
    const emission = cairn.app.get(LineageEmission);
    const lost = rows.run(async () => {
      await emission.append(event('train/never'));
      throw new RangeError('rolled back');
    });
    await expect(lost).rejects.toThrow('rolled back');
    await rows.run(() => emission.append(event('train/told')));
    const query = '{ assetByName(kind: job, identityNamespace: "cairn", identityName: "train/told") { id } }';
    expect(
      (
        await eventually(
          () => graphql(query),
          ({ errors }) => !errors,
        )
      ).errors,
    ).toBeUndefined();
    const stored = await rows.query('SELECT principal, count(*)::int AS n FROM lineage_event GROUP BY 1');
    expect(stored).toEqual([{ principal: 'service:cairn', n: 1 }]);
  });

  test('an event that is refused ends among the dead letters, with what the door said', async () => {
    const rows = cairn.app.get(Database);
    await rows.run(() =>
      cairn.app.get(LineageEmission).append({ ...event('train/bad'), eventTime: 'yesterday' }),
    );
    const waiting = `FROM outbox_message WHERE topic = 'lineage.emit' AND ordering_key = 'train/bad'`;
    await eventually(
      () => rows.query(`SELECT 1 ${waiting} AND last_error IS NOT NULL`),
      ({ length }) => length > 0,
    );
    // Its last try comes an hour later; here it comes now.
    await rows.query(
      `UPDATE outbox_message SET attempts = 11, next_attempt_at = now() WHERE id = (SELECT id ${waiting})`,
    );
    const letters = await eventually(
      async () => (await ask('{ deadLetters(first: 10) { topic lastError } }')).deadLetters,
      ({ length }) => length > 0,
    );
    expect(letters).toEqual([{ topic: 'lineage.emit', lastError: expect.stringContaining('eventTime') }]);
  });
});

describe('a training run', () => {
  test('that succeeds commits a model version with its metrics, and shows as lineage at its commits', async () => {
    const data = (await commitsOf('penguins'))[0].id as string;
    const code = (await commitsOf('trainer'))[0].id as string;
    const submitted = await submit('', {
      ...{ command: ['node', 'train.mjs'], code: { repository: 'trainer', revision: 'main' } },
      ...{ parameters: { rate: 0.1 }, seed: 7, name: 'species' },
    });
    expect(submitted).toMatchObject({ submittedBy: 'service:penguin-trainer', timeoutSeconds: 3600 });
    expect(submitted.inputs).toEqual([
      { repository: 'penguins', revision: 'main', commitId: data, mount: 'penguins' },
    ]);
    const run = await ended(submitted.id);
    expect(run).toMatchObject({
      state: 'succeeded',
      reason: null,
      exitCode: 0,
      metrics: { rows: 3, accuracy: 0.5 },
    });
    expect(await logOf(run.id)).toBe('read 3 rows, rate 0.1, seed 7');
    const [commit, ...more] = await commitsOf(run.output.repository);
    expect(more).toEqual([]);
    expect(commit).toMatchObject({ id: run.output.commitId, author: 'service:penguin-trainer' });
    expect(commit.metadata).toEqual({
      ...{ 'cairn.run': run.id, 'cairn.content-hash': run.contentHash, 'cairn.code': code },
      ...{ 'cairn.inputs': JSON.stringify({ penguins: data }), 'metric.rows': '3', 'metric.accuracy': '0.5' },
    });
    const model = await fetch(
      `${cairn.url}/api/v1/repositories/${run.output.repository}/content/main/model.json`,
      {
        headers: { authorization: `Bearer ${ADMIN}` },
      },
    );
    expect(await model.json()).toEqual({ counts: { Adelie: 2, Gentoo: 1 }, rate: 0.1, seed: 7 });
    const lineage = await lineageOf(run.id);
    expect(lineage).toMatchObject({
      state: 'complete',
      inputs: [{ version: data, asset: { asset: { identityName: 'penguins' } } }],
      outputs: [{ version: run.output.commitId, asset: { asset: { identityName: run.output.repository } } }],
    });
    expect(lineage.facets.cairn_training).toMatchObject({
      contentHash: run.contentHash,
      metrics: run.metrics,
    });
    const { trainingRun } = await ask(
      'query($id: ID!) { trainingRun(id: $id) { job { identityName facets lineage(direction: both, depth: 1) { nodes { asset { identityName } } } } } }',
      { id: run.id },
    );
    expect(trainingRun.job.identityName).toBe(`train/${run.output.repository}`);
    expect(trainingRun.job.facets.cairn_code).toMatchObject({
      repository: { name: 'trainer' },
      version: code,
    });
    const names = trainingRun.job.lineage.nodes.map(({ asset }: any) => asset.identityName);
    expect(names).toEqual(expect.arrayContaining(['penguins', run.output.repository]));
    await eventually(
      async () => existsSync(path.join(folder(run.id), 'inputs')),
      (isThere) => !isThere,
    );
    expect(readdirSync(folder(run.id))).not.toContain('outputs');
  });

  test.each<[string, string, object, object]>([
    [
      'fails with its exit code',
      'echo almost; echo x > "$CAIRN_OUTPUTS/model"; exit 3',
      {},
      { exitCode: 3, reason: 'the command ended with exit code 3' },
    ],
    [
      'runs out of time',
      'echo x > "$CAIRN_OUTPUTS/model"; sleep 30',
      { timeoutSeconds: 4 },
      { reason: 'it ran longer than its 4 s and was stopped' },
    ],
    [
      'leaves nothing',
      'echo "{}" > "$CAIRN_OUTPUTS/metrics.json"',
      {},
      { reason: expect.stringContaining('no file was written') },
    ],
    [
      'leaves metrics that are none',
      'cd "$CAIRN_OUTPUTS"; echo x > model; echo "{\\"a\\": []}" > metrics.json',
      {},
      { reason: 'outputs/metrics.json: a: must be a number' },
    ],
    [
      'leaves a link',
      'cd "$CAIRN_OUTPUTS"; ln -s /etc/passwd model',
      {},
      { reason: expect.stringContaining('regular file') },
    ],
    [
      'names no program',
      '',
      { command: ['no-such-program'] },
      { reason: 'the command could not be started: no-such-program: ENOENT' },
    ],
  ])('that %s commits nothing and says why', async (_, script, rest, expected) => {
    const run = await ended((await submit(script, rest)).id);
    expect(run).toMatchObject({ state: 'failed', metrics: null, ...expected });
    expect(run.output.commitId).toBeNull();
    expect(await commitsOf(run.output.repository)).toEqual([]);
    const lineage = await lineageOf(run.id);
    expect(lineage).toMatchObject({ state: 'fail', outputs: [] });
    expect(lineage.facets.errorMessage.message).toBe(run.reason);
    if (script.includes('almost')) expect(await logOf(run.id)).toBe('almost');
  });

  test('cannot choose an image or resources where runs are child processes', async () => {
    await expect(submit('true', { image: 'train:1' })).rejects.toThrow('input.image: cannot be chosen');
    await expect(submit('true', { resources: { cpu: '2' } })).rejects.toThrow(
      'input.resources: cannot be chosen',
    );
  });

  test('that is cancelled ends with all its processes and commits nothing', async () => {
    const { id } = await submit('echo x > "$CAIRN_OUTPUTS/model"; sleep 60 & echo $!; wait');
    await eventually(
      () => logOf(id),
      (log) => log !== '',
    );
    const child = Number(await logOf(id));
    expect(() => process.kill(child, 0)).not.toThrow();
    await cancel(id);
    const run = await ended(id);
    expect(run).toMatchObject({ state: 'cancelled', reason: 'it was cancelled' });
    await eventually(
      async () => existsSync(`/proc/${child}`),
      (isThere) => !isThere,
    );
    expect(() => process.kill(child, 0)).toThrow();
    expect(await commitsOf(run.output.repository)).toEqual([]);
    expect(await lineageOf(id)).toMatchObject({ state: 'abort', outputs: [] });
    expect((await cancel(id)).cancelTrainingRun.state).toBe('cancelled');
  });

  test('whose command is killed from outside failed, and says so', async () => {
    const { id } = await submit('echo $$; echo x > "$CAIRN_OUTPUTS/model"; while :; do sleep 0.1; done');
    await eventually(
      () => logOf(id),
      (log) => log !== '',
    );
    process.kill(Number(await logOf(id)), 'SIGKILL');
    expect(await ended(id)).toMatchObject({
      state: 'failed',
      exitCode: null,
      reason: 'the command was ended by SIGKILL',
    });
  });

  test('has a credential of its own, which ends with it, and nothing of the service in its environment', async () => {
    const script = `
      env | cut -d= -f1 | sort | tr '\\n' ' '; echo
      node -e '
        const query = { query: "{ me { subject } }" };
        fetch(process.env.CAIRN_URL + "/graphql", { method: "POST", body: JSON.stringify(query),
          headers: { "content-type": "application/json", authorization: "Bearer " + process.env.CAIRN_TOKEN } })
          .then((answer) => answer.json()).then(({ data }) => console.log(data.me.subject))'
      echo "$CAIRN_TOKEN"; echo x > "$CAIRN_OUTPUTS/model"`;
    const { id } = await submit(script);
    expect((await ended(id)).state).toBe('succeeded');
    const [names, subject, token] = (await logOf(id)).split('\n');
    const ofTheShell = new Set(['OLDPWD', 'PWD', 'SHLVL', '_']);
    expect(
      names!
        .trim()
        .split(' ')
        .filter((name) => !ofTheShell.has(name)),
    ).toEqual([
      ...[
        'CAIRN_INPUTS',
        'CAIRN_OUTPUTS',
        'CAIRN_PARAMETERS',
        'CAIRN_RUN_ID',
        'CAIRN_SEED',
        'CAIRN_TOKEN',
        'CAIRN_URL',
      ],
      ...['HOME', 'OPENLINEAGE_PARENT_ID', 'PATH'],
    ]);
    expect(subject).toBe('service:penguin-trainer');
    expect((await graphql('{ me { subject } }', {}, token)).errors![0].extensions.code).toBe(
      'UNAUTHENTICATED',
    );
  });

  test('reads its inputs as they were at the commit, and cannot change them', async () => {
    const script = `cd "$CAIRN_INPUTS/penguins"; stat -c %a penguins.csv; (echo no >> penguins.csv) 2>/dev/null || echo refused
      cp penguins.csv "$CAIRN_OUTPUTS/copy.csv"`;
    const { id } = await submit(script);
    const run = await ended(id);
    expect((await logOf(id)).split('\n')).toEqual(['444', 'refused']);
    const copy = await fetch(
      `${cairn.url}/api/v1/repositories/${run.output.repository}/content/main/copy.csv`,
      {
        headers: { authorization: `Bearer ${ADMIN}` },
      },
    );
    expect(await copy.text()).toBe(CSV);
  });

  test('whose input is damaged in the store does not start, and says so', async () => {
    const text = 'species\nDamaged\n';
    await repository('damaged', 'dataset', { 'birds.csv': text });
    const sha256 = createHash('sha256').update(text).digest('hex');
    const objects = readdirSync(path.join(dataDir, 'objects'), { recursive: true }) as string[];
    const name = objects.find((file) => file.replaceAll('/', '').endsWith(sha256))!;
    const object = path.join(dataDir, 'objects', name);
    chmodSync(object, 0o644);
    writeFileSync(object, text.replace('D', 'd'));
    const inputs = [{ repository: 'damaged', revision: 'main', mount: 'birds' }];
    const run = await ended((await submit('cp "$CAIRN_INPUTS"/birds/* "$CAIRN_OUTPUTS"', { inputs })).id);
    expect(run).toMatchObject({ state: 'failed', startedAt: null, reason: expect.stringContaining(sha256) });
    expect(await commitsOf(run.output.repository)).toEqual([]);
  });

  test('whose inputs do not fit on the disk is refused before anything is written', async () => {
    const { app } = cairn;
    const { id } = await submit('exit 1');
    const run = (await app.get(TrainingRunRepository).find(id))!;
    const full = Object.assign(Object.create(app.get<ExecutionDriver>(EXECUTION_DRIVER)) as ExecutionDriver, {
      freeBytes: async () => CSV.length - 1,
    });
    const mounts = new RunMounts(app.get(ContentService), app.get(OBJECT_STORE), full);
    await expect(mounts.of(CAIRN_ITSELF, run, new AbortController().signal)).rejects.toThrow(
      `The inputs and the code have ${CSV.length} bytes; there is room for ${CSV.length - 1}.`,
    );
    await ended(id);
  });

  test('leaves its log, which is kept for 30 days', async () => {
    const { id } = await submit('echo old words; exit 1');
    await ended(id);
    const rows = cairn.app.get(Database);
    await eventually(
      async () => existsSync(path.join(folder(id), 'inputs')),
      (isThere) => !isThere,
    );
    const age = async (days: number) => {
      await rows.query(`UPDATE training_run SET finished_at = now() - $2 * interval '1 day' WHERE id = $1`, [
        id,
        days,
      ]);
      await cairn.app.get(Housekeeping).clear();
    };
    await age(29);
    expect(await logOf(id)).toBe('old words');
    await age(31);
    expect(await logOf(id)).toBe('[cairn] the log of this run is no longer kept');
    expect(existsSync(folder(id))).toBe(false);
  });

  test('lists go from page to page, the newest first', async () => {
    const ids: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const query =
        'query($after: String) { trainingRuns(first: 3, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }';
      const { trainingRuns } = await ask(query, { after });
      ids.push(...trainingRuns.nodes.map(({ id }: { id: string }) => id));
      ({ hasNextPage: more, endCursor: after } = trainingRuns.pageInfo);
    }
    expect(ids.length).toBeGreaterThan(8);
    expect(ids).toEqual([...ids].sort().reverse());
  });
});

describe('policy', () => {
  const tag = async (name: string, tags: string[]) => {
    const { repository: found } = await ask('query($n: String!) { repository(name: $n) { asset { id } } }', {
      n: name,
    });
    await ask('mutation($id: ID!, $tags: [String!]) { editAsset(id: $id, input: { tags: $tags }) { id } }', {
      id: found.asset.id,
      tags,
    });
  };
  const refusal = async (token: string, rest: object) => {
    const output = { repository: `model-${++models}`, branch: 'main' };
    await repository(output.repository, 'model');
    const i = {
      name: 'x',
      command: ['true'],
      output,
      inputs: [{ repository: 'penguins', revision: 'main', mount: 'a' }],
      ...rest,
    };
    const { errors } = await graphql(
      'mutation($i: SubmitTrainingRunInput!) { submitTrainingRun(input: $i) { id } }',
      { i },
      token,
    );
    return errors?.[0];
  };

  test('an analyst may not run, is told so, and nothing is left of the try', async () => {
    const runs = () => ask('{ trainingRuns(first: 200) { nodes { id } } }');
    const before = await runs();
    const error = await refusal(analyst, {});
    expect(error.extensions).toMatchObject({ code: 'FORBIDDEN', action: 'run', subject: 'user:ana.analyst' });
    expect(await runs()).toEqual(before);
  });

  test('what may not be read may not be trained on: the denial names the rule', async () => {
    await repository('people', 'dataset', { 'people.csv': 'name\nada\n' });
    await tag('people', ['pii.name']);
    const inputs = [{ repository: 'people', revision: 'main', mount: 'people' }];
    expect((await refusal(torn, { inputs })).extensions).toMatchObject({
      code: 'FORBIDDEN',
      rules: ['PENGUINS-NO-PII'],
    });
    const code = { repository: 'people', revision: 'main' };
    expect((await refusal(torn, { code })).extensions).toMatchObject({
      code: 'FORBIDDEN',
      rules: ['PENGUINS-NO-PII'],
    });
  });

  test('a trainer writes models and nothing else', async () => {
    const error = await refusal(trainer, { output: { repository: 'penguins', branch: 'main' } });
    expect(error.extensions).toMatchObject({ code: 'FORBIDDEN', action: 'write' });
  });

  test('is asked again when a run starts: what was forbidden meanwhile is not read', async () => {
    await repository('islands', 'dataset', { 'islands.csv': 'name\nDream\n' });
    const busy = [];
    for (let i = 0; i < os.availableParallelism(); i++) busy.push(await submit('sleep 60'));
    const inputs = [{ repository: 'islands', revision: 'main', mount: 'islands' }];
    const { id } = await submit('cp "$CAIRN_INPUTS"/islands/* "$CAIRN_OUTPUTS"', { inputs }, torn);
    await tag('islands', ['pii.location']);
    expect((await find(id)).state).toBe('pending');
    for (const run of busy) await cancel(run.id);
    const run = await ended(id);
    expect(run).toMatchObject({
      state: 'failed',
      startedAt: null,
      reason: expect.stringContaining('PENGUINS-NO-PII'),
    });
    expect(run.reason).not.toContain('islands');
    expect(await lineageOf(id)).toMatchObject({ state: 'fail', inputs: [], outputs: [] });
    const seen = await graphql('query($id: ID!) { trainingRun(id: $id) { id log } }', { id }, torn);
    expect(seen.errors![0].extensions).toMatchObject({ code: 'FORBIDDEN', rules: ['PENGUINS-NO-PII'] });
  });

  test('a run whose submitter is disabled meanwhile commits nothing', async () => {
    const leaving = await tokenFor('user:leaving');
    appendFileSync(
      path.join(policyDir, 'penguins.csv'),
      'g, user:leaving, role:trainer, research/penguins, -, -\n',
    );
    await cairn.stop();
    cairn = await start();
    const go = path.join(dataDir, 'go-leaving');
    const { id } = await submit(`echo x > "$CAIRN_OUTPUTS/model"; echo waiting; ${waitFor(go)}`, {}, leaving);
    await eventually(
      () => logOf(id),
      (log) => log !== '',
    );
    await ask('mutation { disablePrincipal(subject: "user:leaving") { id } }');
    writeFileSync(go, '');
    const run = await ended(id);
    expect(run).toMatchObject({
      state: 'failed',
      reason: 'user:leaving, who submitted the run, is disabled.',
    });
    expect(await commitsOf(run.output.repository)).toEqual([]);
  });

  test('what a caller may not see of a run is absent: the run, or its inputs', async () => {
    const i = { name: 'elsewhere', kind: 'dataset', namespace: 'external' };
    await ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', { i });
    const inputs = [
      { repository: 'elsewhere', revision: 'main', mount: 'a' },
      { repository: 'penguins', revision: 'main', mount: 'b' },
    ];
    const { id } = await submit('echo x > "$CAIRN_OUTPUTS/model"', { inputs }, ADMIN);
    await ended(id);
    const query = 'query($id: ID!) { trainingRun(id: $id) { inputs { repository } } }';
    const { trainingRun } = await ask(query, { id }, analyst);
    expect(trainingRun.inputs).toEqual([{ repository: 'penguins' }]);
    const nobody = await tokenFor('user:nobody');
    expect((await graphql(query, { id }, nobody)).errors![0].extensions.code).toBe('NOT_FOUND');
    expect((await ask('{ trainingRuns { nodes { id } } }', {}, nobody)).trainingRuns.nodes).toEqual([]);
    expect(
      (await graphql('mutation($id: ID!) { cancelTrainingRun(id: $id) { id } }', { id }, analyst)).errors![0]
        .extensions.code,
    ).toBe('FORBIDDEN');
    expect(
      (await graphql('mutation($id: ID!) { cancelTrainingRun(id: $id) { id } }', { id }, engineer)).errors,
    ).toBeUndefined();
  });
});

describe('a restart of the service', () => {
  const shimOf = (id: string) =>
    (JSON.parse(readFileSync(path.join(folder(id), 'shim.json'), 'utf8')) as { pid: number }).pid;
  const restart = async (meanwhile: () => Promise<void> | void) => {
    await cairn.stop();
    await meanwhile();
    cairn = await start();
  };

  test('takes up a run that goes on, one that ended meanwhile, and tells the truth of one that vanished', async () => {
    const model = 'echo x > "$CAIRN_OUTPUTS/model"';
    const go = path.join(dataDir, 'go-on');
    const going = await submit(`${model}; echo going; ${waitFor(go)}; echo done`);
    const vanishing = await submit(`${model}; echo vanishing; sleep 60`);
    await eventually(
      () => logOf(going.id),
      (log) => log !== '',
    );
    await eventually(
      () => logOf(vanishing.id),
      (log) => log !== '',
    );
    const pid = shimOf(going.id);
    await inState(going.id, 'running');
    await inState(vanishing.id, 'running');
    await restart(() => void process.kill(shimOf(vanishing.id), 'SIGKILL'));
    expect(shimOf(going.id)).toBe(pid);
    expect(await ended(vanishing.id)).toMatchObject({
      state: 'lost',
      reason: expect.stringContaining('cannot be known'),
    });
    expect(await commitsOf(vanishing.output.repository)).toEqual([]);
    writeFileSync(go, '');
    const run = await ended(going.id);
    expect(run.state).toBe('succeeded');
    expect(await logOf(going.id)).toBe('going\ndone');
    expect(await commitsOf(going.output.repository)).toHaveLength(1);

    const short = await submit(`${model}; echo short; sleep 1`);
    await eventually(
      () => logOf(short.id),
      (log) => log !== '',
    );
    await restart(() => pause(1_500));
    expect((await ended(short.id)).state).toBe('succeeded');
    expect(await lineageOf(short.id)).toMatchObject({ state: 'complete' });
  });
});

describe('two reconcilers', () => {
  test('whoever holds the lease when, each success is committed once and nothing else is', async () => {
    const { app } = cairn;
    const rows = app.get(Database);
    const other = new TrainingReconciler(
      new Leases(rows),
      app.get(TrainingRunRepository),
      app.get(RunSteps),
      app.get(Housekeeping),
      app.get<ExecutionDriver>(EXECUTION_DRIVER),
      app.get<Logger>(LOGGER),
      new HealthChecks(),
    );
    other.onApplicationBootstrap();
    await repository('contested', 'model');
    const output = { repository: 'contested', branch: 'main' };
    const plan = fc.record({
      thefts: fc.array(fc.integer({ min: 0, max: 250 }), { minLength: 6, maxLength: 20 }),
      runs: fc.array(fc.constantFrom('succeeds', 'fails', 'cancelled'), { minLength: 2, maxLength: 5 }),
    });
    try {
      await fc.assert(
        fc.asyncProperty(plan, async ({ thefts, runs }) => {
          const before = await commitsOf('contested');
          const submitted: { id: string; kind: string }[] = [];
          for (const kind of runs) {
            const script = `date +%s%N > "$CAIRN_OUTPUTS/model"; ${kind === 'fails' ? 'exit 1' : ''}`;
            submitted.push({ id: (await submit(script, { output })).id as string, kind });
          }
          for (const { id, kind } of submitted) if (kind === 'cancelled') await cancel(id);
          for (const ms of thefts) {
            await rows.query(`UPDATE lease SET expires_at = '-infinity' WHERE name = 'training'`);
            other.wake();
            await pause(ms);
          }
          const ends = await Promise.all(submitted.map(({ id }) => ended(id)));
          const committed = (await commitsOf('contested')).slice(0, -before.length || undefined);
          const succeeded = ends.filter(({ state }) => state === 'succeeded');
          expect(committed.map(({ metadata }) => metadata['cairn.run']).sort()).toEqual(
            succeeded.map(({ id }) => id).sort(),
          );
          expect(committed.map(({ id }) => id).sort()).toEqual(
            succeeded.map((run) => run.output.commitId).sort(),
          );
          for (const [i, { kind }] of submitted.entries()) {
            if (kind === 'fails') expect(ends[i].state).not.toBe('succeeded');
          }
        }),
        { numRuns: 3 },
      );
    } finally {
      await other.beforeApplicationShutdown();
    }
  }, 120_000);

  test('of many writers who saw a run end, one commits; none of an earlier epoch does', async () => {
    const [rows, leases, runs, steps, driver] = [
      cairn.app.get(Database),
      // Of another process than the one whose loop looks too.
      new Leases(cairn.app.get(Database)),
      cairn.app.get(TrainingRunRepository),
      cairn.app.get(RunSteps),
      cairn.app.get<ExecutionDriver>(EXECUTION_DRIVER),
    ];
    await repository('stormed', 'model');
    await rows.query(`UPDATE lease SET expires_at = '-infinity' WHERE name = 'training'`);
    const lease = (await leases.acquire('training', 600_000))!;
    const late = { ...lease, epoch: String(BigInt(lease.epoch) - 1n) };
    const make = (run: TrainingRun, by = lease) => steps.make(by, run, new AbortController().signal, false);
    const writer = fc.record({
      isLate: fc.boolean(),
      sawState: fc.constantFrom('pending', 'starting', 'running'),
    });
    const plan = fc.record({
      script: fc.constantFrom('succeeds', 'succeeds', 'fails'),
      waves: fc.array(fc.array(writer, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 }),
    });
    try {
      await fc.assert(
        fc.asyncProperty(plan, async ({ script, waves }) => {
          const before = (await commitsOf('stormed')).length;
          const command = `date +%s%N > "$CAIRN_OUTPUTS/model"; exit ${script === 'fails' ? 1 : 0}`;
          const { id } = await submit(command, { output: { repository: 'stormed', branch: 'main' } });
          const saw: Record<string, TrainingRun> = {};
          for (let run = await runs.find(id); run!.state !== 'running'; run = await runs.find(id)) {
            saw[run!.state] = run!;
            await make(run!);
          }
          saw['running'] = (await runs.find(id))!;
          await eventually(
            () => driver.observe(id),
            ({ kind }) => kind === 'exited',
          );
          await Promise.allSettled(Object.values(saw).map((run) => make(run, late)));
          expect((await find(id)).state).toBe('running');
          for (const wave of waves)
            await Promise.allSettled(
              wave.map(({ isLate, sawState }) => make(saw[sawState]!, isLate ? late : lease)),
            );
          await Promise.allSettled([make(saw['running']), make(saw['running'])]);
          const run = await find(id);
          expect(run.state).toBe(script === 'fails' ? 'failed' : 'succeeded');
          const committed = (await commitsOf('stormed')).map(({ metadata }) => metadata['cairn.run']);
          expect(committed.filter((by) => by === id)).toHaveLength(script === 'fails' ? 0 : 1);
          expect(committed.length - before).toBe(script === 'fails' ? 0 : 1);
          const told = await rows.query<{ type: string }>(
            `SELECT payload->'event'->>'eventType' AS type FROM outbox_message
             WHERE topic = 'lineage.emit' AND payload->'event'->'run'->>'runId' = $1
             UNION ALL SELECT body->>'eventType' FROM lineage_event WHERE body->'run'->>'runId' = $1`,
            [id],
          );
          const types = new Set(told.map(({ type }) => type));
          expect(types).toEqual(new Set(['START', script === 'fails' ? 'FAIL' : 'COMPLETE']));
        }),
        { numRuns: 8 },
      );
    } finally {
      await leases.release('training');
    }
  }, 120_000);
});
