import { afterAll, describe, expect, test } from '@jest/globals';
import { dataset, event, facet, startTestLineage } from './support/lineage.js';

const { cairn, ada, max, post, stored, assetByName } = await startTestLineage();
afterAll(() => cairn.stop());

describe('policy', () => {
  test('who may not emit about the job or its outputs is refused, and told why; others of the batch are stored', async () => {
    for (const refused of [
      event({ job: { namespace: 'vault', name: 'j' } }),
      event({ outputs: [dataset('t', {}, 'vault')] }),
    ]) {
      const response = await post(refused, { token: ada });
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ code: 'AccessDenied' });
      const batch = await (await post([refused, event()], { route: '/batch', token: ada })).json();
      expect(batch).toMatchObject({
        summary: { successful: 1, failed: 1, non_retriable: 1 },
        failed_events: [{ index: 0 }],
      });
    }
  });

  test('nobody speaks of a run of a job that they may not speak of', async () => {
    const secret = event({ job: { namespace: 'vault', name: 'secret job' }, eventType: 'START' });
    await stored(secret);
    expect(
      (await post({ ...secret, job: { namespace: 'etl', name: 'mine' }, eventType: 'FAIL' }, { token: ada }))
        .status,
    ).toBe(403);
  });

  test('an input is not described by who may not emit about it, and is connected all the same', async () => {
    await stored(
      event({ outputs: [dataset('gold', { schema: facet({ fields: [{ name: 'true_name' }] }) }, 'vault')] }),
    );
    const input = dataset('gold', { schema: facet({ fields: [{ name: 'forged' }] }) }, 'vault');
    const answer = await stored(
      event({
        eventTime: '2026-11-24T00:00:00Z',
        job: { namespace: 'etl', name: 'reader' },
        inputs: [input],
      }),
      ada,
    );
    expect(answer['warnings']).toEqual([{ path: 'inputs', rule: expect.stringContaining('needs emit') }]);
    const gold = await assetByName(
      'columns { name } lineage(direction: downstream, depth: 1) { nodes { asset { identityName } } }',
      'gold',
      { namespace: 'vault' },
    );
    expect(gold.columns).toEqual([{ name: 'true_name' }]);
    expect(gold.lineage.nodes.map((node: any) => node.asset.identityName)).toContain('reader');
  });

  test('what a caller may not see is an opaque node: paths stay connected, and nothing tells what it is', async () => {
    const lineage = (column: string, from: object) => ({
      columnLineage: facet({ fields: { [column]: { inputFields: [{ ...from, field: 'email' }] } } }),
    });
    await stored(
      event({
        job: { namespace: 'vault', name: 'hide' },
        inputs: [dataset('open in')],
        outputs: [dataset('hidden', lineage('email', { namespace: 'db', name: 'open in' }), 'vault')],
      }),
    );
    const last = event({
      job: { namespace: 'etl', name: 'show' },
      inputs: [dataset('hidden', {}, 'vault')],
      outputs: [dataset('open out', lineage('domain', { namespace: 'vault', name: 'hidden' }))],
    });
    await stored(last);
    const fields = `facets columnLineage(direction: upstream, depth: 5) { edges { fromColumn toColumn fromAsset { id isOpaque asset { identityName } } toAsset { id } } }
      lineage(direction: upstream, depth: 10) { nodes { id isOpaque distance asset { identityName kind } } edges { from to } }`;
    const seen = await assetByName(fields, 'open out', { token: ada });
    const names = seen.lineage.nodes.map((node: any) => node.asset?.identityName ?? null);
    expect(names).toEqual(['open out', 'show', null, null, 'open in']);
    const told = JSON.stringify(seen);
    expect(told).not.toMatch(/hidden|hide|vault/);
    const whole = await assetByName(fields, 'open out');
    expect(whole.lineage.nodes.map((node: any) => node.asset.identityName)).toEqual([
      'open out',
      'show',
      'hidden',
      'hide',
      'open in',
    ]);
    for (const node of whole.lineage.nodes.slice(2, 4)) expect(told).not.toContain(node.id);
    expect(seen.lineage.edges).toHaveLength(whole.lineage.edges.length);
    const ids = new Set(seen.lineage.nodes.map((node: any) => node.id));
    for (const edge of seen.lineage.edges) expect(ids.has(edge.from) && ids.has(edge.to)).toBe(true);
    expect(seen.columnLineage.edges).toHaveLength(2);
    const [near, far] = [...seen.columnLineage.edges].sort((a: any) => (a.toColumn === 'domain' ? -1 : 1));
    expect(near.fromAsset).toMatchObject({ isOpaque: true, asset: null });
    expect(far).toMatchObject({
      fromColumn: 'email',
      toAsset: { id: near.fromAsset.id },
      toColumn: near.fromColumn,
    });
    expect(await assetByName(fields, 'open out', { token: ada })).toEqual(seen);

    const followed = await assetByName(
      `impact { counts { kind count } assets { node { distance asset { identityName } } through { isOpaque asset { identityName } } } }
       lineageDiff(from: "2000-01-01T00:00:00Z", direction: downstream, depth: 10) { nodes { asset { identityName } } gained { nodeIds edges { from to } } lost { nodeIds } }`,
      'open in',
      { token: ada },
    );
    expect(followed.impact).toEqual({
      counts: [
        { kind: 'dataset', count: 1 },
        { kind: 'job', count: 1 },
      ],
      assets: [
        { node: { distance: 3, asset: { identityName: 'show' } }, through: { isOpaque: true, asset: null } },
        {
          node: { distance: 4, asset: { identityName: 'open out' } },
          through: { isOpaque: false, asset: { identityName: 'show' } },
        },
      ],
    });
    expect(followed.lineageDiff.gained.edges).toHaveLength(4);
    expect(followed.lineageDiff.gained.nodeIds).toHaveLength(4);
    expect(followed.lineageDiff.nodes).toHaveLength(5);
    expect(followed.lineageDiff.lost.nodeIds).toEqual([]);
    expect(JSON.stringify(followed)).not.toMatch(/hidden|hide|vault/);
    const ways = await assetByName(
      `paths(to: "${whole.id}") { paths { nodes { isOpaque asset { identityName } } } }`,
      'open in',
      { token: ada },
    );
    expect(ways.paths.paths).toEqual([
      {
        nodes: ['open in', null, null, 'show', 'open out'].map((name) => ({
          isOpaque: name === null,
          asset: name === null ? null : { identityName: name },
        })),
      },
    ]);
    const unseen = await cairn.graphql(
      `query($id: ID!, $to: ID!) { asset(id: $id) { paths(to: $to) { isTruncated } } }`,
      { id: ways.id, to: whole.lineage.nodes[2].id },
      ada,
    );
    expect(unseen.errors?.[0]?.extensions['code']).toBe('NOT_FOUND');

    const eventsOf = async (token: string) =>
      (
        await cairn.ask(
          'query($r: ID) { lineageEvents(filter: { runId: $r }) { nodes { body } } }',
          { r: last['run'].runId },
          token,
        )
      ).lineageEvents.nodes;
    expect(await eventsOf(ada)).toEqual([{ body: null }]);
    expect(await eventsOf(max)).toEqual([{ body: last }]);
    const run = (
      await cairn.ask(
        'query($r: ID!) { lineageRun(id: $r) { inputs { asset { isOpaque asset { id } } } outputs { asset { asset { identityName } } } } }',
        { r: last['run'].runId },
        ada,
      )
    ).lineageRun;
    expect(run).toEqual({
      inputs: [{ asset: { isOpaque: true, asset: null } }],
      outputs: [{ asset: { asset: { identityName: 'open out' } } }],
    });
  });

  test('by a filter shows what matches, connected by what it leaves out; what may not be seen matches nothing', async () => {
    const jobType = (processingType: string) => ({
      jobType: facet({ processingType, integration: 'FLINK' }),
    });
    const way = [
      {
        from: dataset('f1'),
        to: dataset('f2', {}, 'vault'),
        job: 'filter stream',
        type: 'STREAMING',
        hour: 1,
      },
      { from: dataset('f2', {}, 'vault'), to: dataset('f3'), job: 'filter batch', type: 'BATCH', hour: 2 },
      { from: dataset('f3'), to: dataset('f4'), job: 'filter late', type: 'BATCH', hour: 8 },
    ];
    for (const { from, to, job, type, hour } of way)
      await stored(
        event({
          eventTime: `2026-11-20T0${hour}:00:00Z`,
          job: { namespace: 'etl', name: job, facets: jobType(type) },
          inputs: [from],
          outputs: [to],
        }),
      );
    const look = async (filter: string, token = max) => {
      const { lineage, impact } = await assetByName(
        `lineage(direction: downstream, depth: 20, filter: {${filter}}) { isTruncated nodes { id asset { identityName } } edges { from to via firstSeenAt lastSeenAt } }
         impact(filter: {${filter}}) { counts { kind count } assets { node { distance asset { identityName } } } }`,
        'f1',
        { token },
      );
      const names = new Map(lineage.nodes.map((node: any) => [node.id, node.asset.identityName]));
      return {
        edges: lineage.edges
          .map(({ from, to, via }: any) => `${names.get(from)} > ${names.get(to)} ${via}`)
          .sort(),
        counts: impact.counts,
        assets: impact.assets.map(({ node }: any) => node.asset.identityName),
        isTruncated: lineage.isTruncated,
      };
    };
    const datasets = await look('kinds: [dataset]');
    expect(datasets).toEqual({
      edges: ['f1 > f2 1', 'f2 > f3 1', 'f3 > f4 1'],
      counts: [{ kind: 'dataset', count: 3 }],
      assets: ['f2', 'f3', 'f4'],
      isTruncated: false,
    });
    expect(await look('kinds: [dataset]', ada)).toEqual({
      edges: ['f1 > f3 3', 'f3 > f4 1'],
      counts: [{ kind: 'dataset', count: 2 }],
      assets: ['f3', 'f4'],
      isTruncated: false,
    });
    expect((await look('kinds: [job], jobType: "streaming"')).edges).toEqual(['f1 > filter stream 0']);
    expect((await look('kinds: [job], jobType: "FLINK", seenSince: "2026-11-20T07:00:00Z"')).edges).toEqual([
      'f1 > filter late 4',
    ]);
    expect(await look('owner: "user:nobody"')).toEqual({
      edges: [],
      counts: [],
      assets: [],
      isTruncated: false,
    });
    for (const [field, filter] of [
      ['jobType', 'jobType: "a b"'],
      ['namespace', `namespace: "${'n'.repeat(201)}"`],
      ['kinds', 'kinds: []'],
    ] as const) {
      const { errors } = await cairn.graphql(
        `{ assetByName(kind: dataset, identityNamespace: "db", identityName: "f1") { lineage(filter: {${filter}}) { isTruncated } } }`,
        {},
        max,
      );
      expect(errors?.[0]).toMatchObject({
        message: expect.stringContaining(field),
        extensions: { code: 'BAD_USER_INPUT' },
      });
    }
  });

  test('events and runs of hidden jobs are absent', async () => {
    const secret = event({ job: { namespace: 'vault', name: 'unheard' } });
    await stored(secret);
    const answer = await cairn.graphql(
      'query($r: ID!) { lineageRun(id: $r) { id } }',
      { r: secret['run'].runId },
      ada,
    );
    expect(answer.errors?.[0]?.extensions['code']).toBe('NOT_FOUND');
    const events = await cairn.ask(
      'query($r: ID) { lineageEvents(filter: { runId: $r }) { nodes { id } } }',
      { r: secret['run'].runId },
      ada,
    );
    expect(events.lineageEvents.nodes).toEqual([]);
  });
});
