import { afterAll, describe, expect, test } from '@jest/globals';
import { Projector } from '../src/lineage/index.js';
import { dataset, event, facet, startTestLineage } from './support/lineage.js';

const { cairn, max, stored, postAll, assetByName, query } = await startTestLineage();
afterAll(() => cairn.stop());

describe('the graph', () => {
  test('of an earlier instant is what held then; a drop, and another mapping of columns, end what held', async () => {
    const at = (hour: number, change: object) =>
      event({ eventTime: `2026-11-20T0${hour}:00:00Z`, ...change });
    const columnsFrom = (name: string, transformations?: object[]) => ({
      columnLineage: facet({
        fields: {
          x: {
            inputFields: [{ namespace: 'db', name, field: 'y', ...(transformations && { transformations }) }],
          },
        },
      }),
    });
    const job = { namespace: 'etl', name: 'in time' };
    const masked = [{ type: 'DIRECT', subtype: 'TRANSFORMATION', masking: true }];
    await stored(at(1, { job, inputs: [dataset('t1')], outputs: [dataset('out', columnsFrom('t1'))] }));
    await stored(
      at(3, { job, inputs: [dataset('t2')], outputs: [dataset('out', columnsFrom('t2', masked))] }),
    );
    await stored(
      event({
        ...{ eventTime: '2026-11-20T05:00:00Z', eventType: undefined, run: undefined, job: undefined },
        dataset: dataset('t1', { lifecycleStateChange: facet({ lifecycleStateChange: 'DROP' }) }),
      }),
    );
    const seenAt = async (hour?: number) => {
      const asOf = hour === undefined ? '' : `, asOf: "2026-11-20T0${hour}:00:00Z"`;
      const { lineage, columnLineage } = await assetByName(
        `lineage(direction: upstream${asOf}) { nodes { asset { identityName kind } } }
         columnLineage(direction: upstream${asOf}) { edges { isMasking fromAsset { asset { identityName } } } }`,
        'out',
      );
      const names = lineage.nodes.map((node: any) => node.asset).filter((a: any) => a.kind === 'dataset');
      return [
        names.map((asset: any) => asset.identityName).sort(),
        columnLineage.edges.map((edge: any) => [edge.fromAsset.asset.identityName, edge.isMasking]),
      ];
    };
    expect(await seenAt(0)).toEqual([['out'], []]);
    expect(await seenAt(2)).toEqual([['out', 't1'], [['t1', false]]]);
    expect(await seenAt(4)).toEqual([['out', 't1', 't2'], [['t2', true]]]);
    expect(await seenAt(6)).toEqual([['out', 't2'], [['t2', true]]]);
    expect(await seenAt()).toEqual([['out', 't2'], [['t2', true]]]);
  });

  test('ends with a drop that was told of another name, also where that name had no edges', async () => {
    const of = (name: string, eventTime: string, facets: object) =>
      stored(
        event({
          eventTime,
          eventType: undefined,
          run: undefined,
          job: undefined,
          dataset: dataset(name, facets),
        }),
      );
    const job = { namespace: 'etl', name: 'reads what is dropped' };
    await stored(event({ eventTime: '2026-11-20T01:00:00Z', job, inputs: [dataset('dropped')] }));
    const drop = { lifecycleStateChange: facet({ lifecycleStateChange: 'DROP' }) };
    await of('dropped too', '2026-11-20T05:00:00Z', drop);
    const identifiers = [{ namespace: 'db', name: 'dropped too', type: 'LOCATION' }];
    await of('dropped', '2026-11-20T06:00:00Z', { symlinks: facet({ identifiers }) });
    const readsAt = async (hour: number) => {
      const look = `lineage(direction: downstream, asOf: "2026-11-20T0${hour}:00:00Z") { edges { to } }`;
      return (await assetByName(look, 'dropped')).lineage.edges.length;
    };
    expect([await readsAt(4), await readsAt(6)]).toEqual([1, 0]);
    const projector = cairn.app.get(Projector);
    const told = await projector.graphHash();
    await projector.rebuild();
    expect(await projector.graphHash()).toBe(told);
  });

  test('of a job with several outputs goes on only to what an input flows into', async () => {
    const entry = (name: string, ...inputs: string[]) => ({
      ...{ type: 'DATASET', namespace: 'db', name },
      inputs: inputs.map((input) => ({ type: 'DATASET', namespace: 'db', name: input })),
    });
    const lineage = facet({
      entries: [entry('left out', 'left in'), entry('right out', 'right in'), entry('alone')],
    });
    await stored(
      event({
        job: { namespace: 'etl', name: 'two ways', facets: { lineage } },
        inputs: [dataset('left in'), dataset('right in'), dataset('nowhere')],
        outputs: [dataset('left out'), dataset('right out'), dataset('alone')],
      }),
    );
    const around = async (name: string, direction: string) =>
      (
        await assetByName(
          `lineage(direction: ${direction}, depth: 4) { nodes { asset { identityName } } }`,
          name,
        )
      ).lineage.nodes.map((node: any) => node.asset.identityName);
    expect(await around('left in', 'downstream')).toEqual(['left in', 'two ways', 'left out']);
    expect(await around('right out', 'upstream')).toEqual(['right out', 'two ways', 'right in']);
    expect(await around('alone', 'upstream')).toEqual(['alone']);
    expect(await around('nowhere', 'downstream')).toEqual(['nowhere']);
  });

  test('of a job that runs unchanged again and again has the rows that it had', async () => {
    const columnLineage = facet({
      fields: { x: { inputFields: [{ namespace: 'db', name: 'steady', field: 'y' }] } },
    });
    const minute = (n: number) =>
      event({
        eventTime: new Date(Date.UTC(2026, 9, 1, 0, n)).toISOString(),
        job: { namespace: 'etl', name: 'steady' },
        inputs: [dataset('steady')],
        outputs: [dataset('steady out', { columnLineage })],
      });
    const rows = async () =>
      (
        await query(
          `SELECT (SELECT count(*) FROM lineage_edge) + (SELECT count(*) FROM lineage_column_edge) + (SELECT count(*) FROM lineage_version) AS n,
             (SELECT max(changed_by::text::bigint) FROM lineage_edge) AS edges, (SELECT max(changed_by::text::bigint) FROM lineage_column_edge) AS columns`,
        )
      )[0];
    await stored(minute(0));
    const before = await rows();
    await postAll(Array.from({ length: 1_500 }, (_, n) => minute(n + 1)));
    expect(await rows()).toEqual(before);
  });

  test('is bounded by depth and by nodes, and says when it stopped', async () => {
    const chain = Array.from({ length: 30 }, (_, i) =>
      event({
        job: { namespace: 'etl', name: `link ${i}` },
        inputs: [dataset(`chain ${i}`)],
        outputs: [dataset(`chain ${i + 1}`)],
      }),
    );
    await postAll(chain);
    const look = async (args: string) =>
      (
        await assetByName(
          `lineage(${args}) { isTruncated nodes { distance asset { identityName } } edges { from } }`,
          'chain 0',
        )
      ).lineage;
    const deep = await look('direction: downstream, depth: 20');
    expect(deep.nodes.at(-1)).toEqual({ distance: 20, asset: { identityName: 'chain 10' } });
    expect(deep).toMatchObject({ isTruncated: false });
    expect((await look('direction: upstream, depth: 20')).nodes).toHaveLength(1);
    const few = await look('direction: downstream, depth: 20, first: 5');
    expect(few.nodes).toHaveLength(5);
    expect(few.isTruncated).toBe(true);
  });

  test.each(['depth: 0', 'depth: 21', 'first: 0', 'first: 5001'])(
    'refuses %s by name and rule',
    async (args) => {
      await stored(event({ inputs: [dataset('bounds')] }));
      const { id } = await assetByName('', 'bounds');
      const answer = await cairn.graphql(
        `{ asset(id: "${id}") { lineage(${args}) { isTruncated } } }`,
        {},
        max,
      );
      expect(answer.errors?.[0]).toMatchObject({
        message: expect.stringContaining(args.split(':')[0]!),
        extensions: { code: 'BAD_USER_INPUT' },
      });
    },
  );

  test('a self-loop is two edges', async () => {
    await stored(
      event({
        job: { namespace: 'etl', name: 'looper' },
        inputs: [dataset('loop')],
        outputs: [dataset('loop')],
      }),
    );
    const { lineage } = await assetByName('lineage(depth: 20) { nodes { id } edges { from to } }', 'loop');
    expect([lineage.nodes.length, lineage.edges.length]).toEqual([2, 2]);
  });
});
