import { afterAll, describe, expect, test } from '@jest/globals';
import { dataset, event, facet, runId, startTestLineage } from './support/lineage.js';

const { cairn, ada, max, stored, assetByName } = await startTestLineage();
afterAll(() => cairn.stop());

describe('runs and versions', () => {
  test('a run tells its state, times, parent, inputs and outputs with their versions', async () => {
    const parent = runId();
    const own = {
      runId: runId(),
      facets: { parent: facet({ run: { runId: parent }, job: { namespace: 'etl', name: 'dag' } }) },
    };
    const job = { namespace: 'etl', name: 'dag.task' };
    await stored(
      event({
        run: own,
        job,
        eventType: 'COMPLETE',
        eventTime: '2026-11-23T10:05:00Z',
        outputs: [dataset('versioned', { version: facet({ datasetVersion: 'v2' }) })],
      }),
    );
    await stored(
      event({
        run: own,
        job,
        eventType: 'START',
        eventTime: '2026-11-23T10:00:00Z',
        inputs: [dataset('source', { version: facet({ datasetVersion: 'v1' }) })],
      }),
    );
    const { lineageRun } = await cairn.ask(
      `query($r: ID!) { lineageRun(id: $r) { state startedAt endedAt parentRunId facets job { identityName }
         inputs { version asset { asset { identityName } } } outputs { version asset { asset { identityName } } } } }`,
      { r: own.runId },
      max,
    );
    expect(lineageRun).toEqual({
      ...{
        state: 'complete',
        startedAt: '2026-11-23T10:00:00.000Z',
        endedAt: '2026-11-23T10:05:00.000Z',
        parentRunId: parent,
      },
      ...{ facets: own.facets, job: { identityName: 'dag.task' } },
      inputs: [{ version: 'v1', asset: { asset: { identityName: 'source' } } }],
      outputs: [{ version: 'v2', asset: { asset: { identityName: 'versioned' } } }],
    });
    expect((await assetByName('versions { version seenAt runId }', 'versioned')).versions).toEqual([
      { version: 'v2', seenAt: '2026-11-23T10:05:00.000Z', runId: own.runId },
    ]);
    const dag = await assetByName('runs { nodes { id state } }', 'dag', { kind: 'job', namespace: 'etl' });
    expect(dag.runs.nodes).toEqual([{ id: parent, state: 'other' }]);
  });

  test('a run and an asset tell the commits of Cairn that were read and written', async () => {
    const repository = 'pinned';
    await cairn.ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', {
      i: { name: repository, kind: 'dataset', namespace: 'external' },
    });
    const commitOf = async (text: string): Promise<string> => {
      const object = await cairn.http(`/api/v1/repositories/${repository}/objects`, {
        method: 'PUT',
        body: text,
        headers: { 'content-type': 'application/octet-stream' },
      });
      const { sha256 } = (await object.json()) as { sha256: string };
      const i = { repository, branch: 'main', message: text, changes: [{ path: 'a.csv', sha256 }] };
      return (await cairn.ask('mutation($i: CommitInput!) { commit(input: $i) { id } }', { i })).commit.id;
    };
    const [read, written] = [await commitOf('before'), await commitOf('after')];
    const managed = (datasetVersion: string) =>
      dataset(repository, { version: facet({ datasetVersion }) }, 'cairn');
    const run = { runId: runId() };
    const job = { namespace: 'etl', name: 'pinning' };
    await stored(event({ run, job, eventType: 'START', inputs: [managed(read)] }));
    await stored(
      event({
        run,
        job,
        eventTime: '2026-11-23T10:01:00Z',
        inputs: [dataset('elsewhere', { version: facet({ datasetVersion: read }) })],
        outputs: [managed(written)],
      }),
    );
    // No commit of this repository; a branch moves, and so is no version.
    for (const other of ['f'.repeat(64), 'main'])
      await stored(event({ job, eventTime: '2026-11-23T10:02:00Z', inputs: [managed(other)] }));
    const query = `query($id: ID!) { lineageRun(id: $id) { inputs { version commit { message } asset { asset { identityName } } }
      outputs { commit { id message } } } }`;
    const { lineageRun } = await cairn.ask(query, { id: run.runId }, max);
    const inputs = new Map(
      lineageRun.inputs.map((input: any) => [input.asset.asset.identityName, [input.version, input.commit]]),
    );
    expect(inputs.get(repository)).toEqual([read, { message: 'before' }]);
    expect(inputs.get('elsewhere')).toEqual([read, null]);
    expect(lineageRun.outputs).toEqual([{ commit: { id: written, message: 'after' } }]);
    const { versions } = await assetByName('versions { version runId commit { message } }', repository, {
      namespace: 'cairn',
    });
    expect(versions.map(({ version, commit }: any) => [version, commit?.message])).toEqual(
      expect.arrayContaining([
        [read, 'before'],
        [written, 'after'],
        ['f'.repeat(64), undefined],
        ['main', undefined],
      ]),
    );
    expect(versions).toHaveLength(4);
  });

  test('a run tells which commit a branch was when it read it through a bucket, by the record of accesses', async () => {
    await cairn.ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', {
      i: { name: 'bucket', kind: 'dataset', namespace: 'vault' },
    });
    const commitOf = async (text: string): Promise<string> => {
      const object = await cairn.http('/api/v1/repositories/bucket/objects', {
        method: 'PUT',
        body: text,
        headers: { 'content-type': 'application/octet-stream' },
      });
      const { sha256 } = (await object.json()) as { sha256: string };
      const i = {
        repository: 'bucket',
        branch: 'main',
        message: text,
        changes: [{ path: 'raw/a.csv', sha256 }],
      };
      return (await cairn.ask('mutation($i: CommitInput!) { commit(input: $i) { id } }', { i })).commit.id;
    };
    const read = async (revision: string) =>
      expect((await cairn.http(`/api/v1/repositories/bucket/content/${revision}/raw/a.csv`)).status).toBe(
        200,
      );
    const inputs = async (run: { runId: string }, token = max) =>
      (
        await cairn.ask(
          'query($id: ID!) { lineageRun(id: $id) { inputs { commit { message } asset { asset { identityName } } } } }',
          { id: run.runId },
          token,
        )
      ).lineageRun.inputs
        .map(({ commit, asset }: any) => `${asset.asset.identityName}: ${commit?.message}`)
        .sort();
    const during = async (names: readonly string[], work: () => Promise<unknown>) => {
      const run = { runId: runId() };
      const at = (eventType: string) => ({ run, eventType, eventTime: new Date().toISOString() });
      const job = { namespace: 'etl', name: 'through a bucket' };
      await stored(
        event({ ...at('START'), job, inputs: names.map((name) => dataset(name, {}, 's3://bucket')) }),
      );
      await work();
      await new Promise((resolve) => setTimeout(resolve, 5));
      await stored(event({ ...at('COMPLETE'), job }));
      return run;
    };
    const first = await commitOf('first');
    await read('main');
    const one = await during(['main/raw', 'main/raw/a.csv', `${first}/raw`, 'main/other'], async () => {
      await commitOf('second');
      await read('main');
      await commitOf('third');
    });
    const two = await during(['main/raw'], async () => {
      await read('main');
      await commitOf('fourth');
      await read('main');
    });
    expect(await inputs(one)).toEqual(
      [`${first}/raw: first`, 'main/other: undefined', 'main/raw/a.csv: second', 'main/raw: second'].sort(),
    );
    expect(await inputs(two)).toEqual(['main/raw: undefined']);
    // The names are there for all, the repository is not.
    expect(new Set((await inputs(one, ada)).map((line: string) => line.split(': ')[1]))).toEqual(
      new Set(['undefined']),
    );
  });

  test('a run tells why it is thought to have failed, and when it is lost', async () => {
    const run = { runId: runId() };
    const job = { namespace: 'etl', name: 'judged' };
    for (const [eventType, eventTime] of [
      ['START', '2026-11-20T01:00:00Z'],
      ['FAIL', '2026-11-20T01:10:00Z'],
      ['COMPLETE', '2026-11-20T01:11:00Z'],
    ])
      await stored(event({ run, job, eventType, eventTime }));
    const lost = { runId: runId() };
    await stored(event({ run: lost, job, eventType: 'START', eventTime: '2026-11-20T02:00:00Z' }));
    const verdictOf = async ({ runId: id }: { runId: string }) =>
      (
        await cairn.ask(
          'query($id: ID!) { lineageRun(id: $id) { state verdict { isLost reason } } }',
          { id },
          max,
        )
      ).lineageRun;
    expect(await verdictOf(run)).toMatchObject({
      state: 'fail',
      verdict: { isLost: false, reason: expect.stringMatching(/^FAIL was told for .* and COMPLETE for /) },
    });
    expect(await verdictOf(lost)).toMatchObject({
      state: 'start',
      verdict: {
        isLost: true,
        reason: expect.stringContaining("the longest of its job's last runs took 11 min"),
      },
    });
  });

  test('a run tells what was odd about its events, each once, and nothing of events that name what is hidden', async () => {
    const run = { runId: runId() };
    const broken = (name: string, namespace = 'db') =>
      dataset(name, { schema: facet({ fields: name }) }, namespace);
    for (const [eventType, outputs] of [
      ['START', [broken('odd')]],
      ['RUNNING', [broken('odd')]],
      ['COMPLETE', [dataset('even'), broken('odd'), broken('secret', 'vault')]],
    ] as const)
      await stored(event({ run, eventType, outputs: [...outputs] }));
    const warningsFor = async (token: string) =>
      (
        await cairn.ask(
          'query($id: ID!) { lineageRun(id: $id) { warnings { path rule eventId eventTime } } }',
          { id: run.runId },
          token,
        )
      ).lineageRun.warnings.map(({ path: at, rule }: { path: string; rule: string }) => `${at} ${rule}`);
    const first = 'outputs[0].facets.schema.fields breaks its facet schema: must be array';
    expect(await warningsFor(ada)).toEqual([first]);
    expect((await warningsFor(max)).sort()).toEqual([0, 1, 2].map((at) => first.replace('[0]', `[${at}]`)));
  });

  test('runs of a job come page by page, the newest first', async () => {
    const job = { namespace: 'etl', name: 'often' };
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      const one = event({ job, eventTime: `2026-11-23T10:00:00.00000${Math.floor(i / 2)}Z` });
      ids.push(one['run'].runId);
      await stored(one);
    }
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { runs: page }: any = await assetByName(
        `runs(first: 2 ${after === null ? '' : `after: "${after}"`}) { nodes { id } pageInfo { hasNextPage endCursor } }`,
        'often',
        { kind: 'job', namespace: 'etl' },
      );
      seen.push(...page.nodes.map((node: any) => node.id));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual([ids[4], ids[3], ids[2], ids[1], ids[0]]);
  });

  test('an endpoint of Cairn is an endpoint', async () => {
    const jobType = facet({ processingType: 'STREAMING', integration: 'CAIRN', jobType: 'ENDPOINT' });
    await stored(event({ job: { namespace: 'cairn', name: 'serve/species', facets: { jobType } } }));
    expect(
      await assetByName('kind', 'serve/species', { kind: 'endpoint', namespace: 'cairn' }),
    ).toMatchObject({ kind: 'endpoint' });
  });
});
