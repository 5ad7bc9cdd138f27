import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { Projector } from '../src/lineage/index.js';
import { exportedRecords } from '../src/lineage/metrics.js';
import { Database } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { columnsFrom, dataset, etlEvent as event } from './support/etl-events.js';
import { runCli } from './support/run-cli.js';
import { recordedEvents } from './support/recorded-events.js';

const EXPORT = '/api/v1/lineage/export';

let cairn: TestCairn;
/** May emit and see in `external`, not in `vault`. */
let ada: string;
beforeAll(async () => {
  cairn = await startTestCairn({ CAIRN_POLICY_DIR: path.resolve('test/fixtures/lineage-policies') });
  ada = await cairn.tokenFor('user:ada');
}, 60_000);
afterAll(() => cairn.stop());

async function send(to: TestCairn, events: readonly object[]): Promise<any> {
  const sent = await to.http('/api/v1/lineage/batch', {
    method: 'POST',
    body: JSON.stringify(events),
    headers: { 'content-type': 'application/json' },
  });
  expect(sent.status).toBe(200);
  return sent.json();
}

async function exported(query: string, token?: string): Promise<{ text: string; headers: Headers }> {
  const answer = await cairn.http(`${EXPORT}?${query}`, token === undefined ? {} : { token });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(text);
  return { text, headers: answer.headers };
}
async function csv(query: string, token?: string): Promise<Record<string, string>[]> {
  return parse((await exported(`format=csv&${query}`, token)).text, {
    columns: true,
    record_delimiter: '\r\n',
  });
}
async function events(query: string, token?: string): Promise<any[]> {
  const { text } = await exported(`format=openlineage&${query}`, token);
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
}
const named = (rows: readonly Record<string, string>[]) =>
  rows.map((row) => `${row['from_name']} → ${row['to_name']}`).sort();
async function idOf(kind: string, namespace: string, name: string): Promise<string> {
  const query = `query($k: AssetKind!, $s: String!, $n: String!) { assetByName(kind: $k, identityNamespace: $s, identityName: $n) { id } }`;
  return (await cairn.ask(query, { k: kind, s: namespace, n: name })).assetByName.id;
}

beforeAll(async () => {
  await send(cairn, [
    event(
      'pay',
      [dataset('vault', 'salaries')],
      [dataset('mart', 'pay', columnsFrom('vault', 'salaries', 'x'))],
    ),
    event(
      'load',
      [dataset('crm', '=cmd()')],
      [dataset('lake', 'a "b", c', columnsFrom('crm', '=cmd()', 'x', 'y'))],
    ),
    event('view', [dataset('lake', 'a "b", c')], [dataset('mart', 'view')]),
  ]);
});

describe('edges as CSV', () => {
  test('are all of which the caller may see both ends, and nothing of others', async () => {
    const all = await csv('');
    expect(named(all)).toEqual(
      [
        "'=cmd() → load",
        'a "b", c → view',
        'load → a "b", c',
        'pay → pay',
        'salaries → pay',
        'view → view',
      ].sort(),
    );
    expect(all.find((row) => row['to_name'] === 'load')).toMatchObject({
      ...{ from_kind: 'dataset', from_namespace: 'crm', to_kind: 'job', to_namespace: 'etl' },
      ...{ first_seen_at: '2026-03-01T10:00:00.000Z', evidence: 'machine' },
    });
    const { text, headers } = await exported('format=csv', ada);
    expect(headers.get('content-type')).toContain('text/csv');
    expect(text).not.toContain('salaries');
    expect(named(await csv('', ada))).toEqual(named(all).filter((row) => !row.startsWith('salaries')));
  });

  test('are those around an asset, where what is hidden has no name', async () => {
    const pay = await idOf('dataset', 'mart', 'pay');
    expect(named(await csv(`asset=${pay}&depth=4`))).toEqual(['pay → pay', 'salaries → pay']);
    expect(named(await csv(`asset=${pay}&depth=4`, ada))).toEqual([' → pay', 'pay → pay']);
    expect(named(await csv(`asset=${pay}&depth=1&direction=downstream`))).toEqual([]);
    const secret = await idOf('dataset', 'vault', 'salaries');
    const refused = await cairn.http(`${EXPORT}?format=csv&asset=${secret}`, { token: ada });
    expect(refused.status).toBe(404);
  });

  test('are as they held at an instant, with edits by hand', async () => {
    const [from, to] = [await idOf('dataset', 'mart', 'view'), await idOf('dataset', 'mart', 'pay')];
    const edit = `mutation($action: LineageEditAction!, $from: ID!, $to: ID!) { editLineage(action: $action, from: $from, to: $to, reason: "x") { id } }`;
    await cairn.ask(edit, { action: 'add', from, to });
    await cairn.ask(edit, { action: 'remove', from: await idOf('job', 'etl', 'view'), to: from });
    const now = await csv('');
    expect(now.find((row) => row['from_name'] === 'view')).toMatchObject({
      to_name: 'pay',
      evidence: 'manual',
    });
    expect(named(now)).not.toContain('view → view');
    expect(named(await csv('asOf=2026-03-02T00:00:00Z'))).toContain('view → view');
    expect(await csv('asOf=2026-02-01T00:00:00Z')).toEqual([]);
  });

  test('between columns have one record, whoever says them', async () => {
    await send(cairn, [
      event(
        'load2',
        [dataset('crm', '=cmd()')],
        [dataset('lake', 'a "b", c', columnsFrom('crm', '=cmd()', 'x'))],
      ),
    ]);
    const rows = await csv('of=columns', ada);
    expect(rows.map((row) => `${row['from_column']} → ${row['to_column']} ${row['transformation']}`)).toEqual(
      ['x → x direct', 'y → y direct'],
    );
    expect(named(await csv('of=columns'))).toContain('salaries → pay');
    const pay = await idOf('dataset', 'mart', 'pay');
    const [hidden, ...rest] = await csv(`of=columns&asset=${pay}`, ada);
    expect(rest).toEqual([]);
    expect(hidden).toMatchObject({ from_name: '', to_name: 'pay', to_column: 'x' });
    expect(hidden!['from_column']).not.toBe('x');
  });

  test('are read a page at a time, each once', async () => {
    const outputs = Array.from({ length: 2_100 }, (_, i) => dataset('wide', `t${i}`));
    await send(cairn, [event('wide', [], outputs)]);
    const rows = (await csv('')).filter((row) => row['from_name'] === 'wide');
    expect(new Set(rows.map((row) => row['to_name'])).size).toBe(2_100);
    expect(rows).toHaveLength(2_100);
  });
});

describe('the log as OpenLineage', () => {
  test('gives another Cairn the same graph', async () => {
    const other = await startTestCairn();
    try {
      await send(cairn, ['spark', 'airflow'].flatMap(recordedEvents));
      const log = await events('');
      expect(log.length).toBeGreaterThan(100);
      for (let at = 0; at < log.length; at += 500) await send(other, log.slice(at, at + 500));
      const hashes = [cairn, other].map(({ app }) => app.get(Projector).graphHash());
      expect(await hashes[1]).toBe(await hashes[0]);
    } finally {
      await other.stop();
    }
  }, 120_000);

  test('leaves out each event that names what the caller may not see, wherever it names it', async () => {
    await send(cairn, [
      event('nested', [], [dataset('mart', 'nested', columnsFrom('vault', 'salaries', 'x'))]),
      event('shown', [], [dataset('mart', 'shown')]),
    ]);
    const jobs = async (token?: string) => new Set((await events('', token)).map(({ job }) => job?.name));
    expect([...(await jobs())]).toEqual(expect.arrayContaining(['pay', 'nested', 'shown', 'load']));
    const seen = await jobs(ada);
    expect(seen.has('shown')).toBe(true);
    expect([seen.has('pay'), seen.has('nested')]).toEqual([false, false]);
    expect((await exported('format=openlineage', ada)).text).not.toContain('salaries');
  });

  test('goes on where it ended', async () => {
    const all = await events('');
    const parts: any[] = [];
    let after = '0';
    for (let more = true; more;) {
      const { text, headers } = await exported(`format=openlineage&limit=70&after=${after}`);
      parts.push(...text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)])));
      after = headers.get('x-cairn-after')!;
      more = headers.get('x-cairn-has-more') === 'true';
    }
    expect(parts).toEqual(all);
    expect(await events(`after=${after}`)).toEqual([]);
    await send(cairn, [event('later', [], [dataset('mart', 'later')])]);
    expect((await events(`after=${after}`)).map(({ job }) => job.name)).toEqual(['later']);
  });

  test('is that of one asset, under all of its names', async () => {
    const view = await idOf('dataset', 'mart', 'view');
    expect((await events(`asset=${view}`)).map(({ job }) => job.name)).toEqual(['view']);
    const { text, headers } = await exported(`format=openlineage&limit=1&asset=${view}`);
    expect(JSON.parse(text).job.name).toBe('view');
    expect(headers.get('x-cairn-has-more')).toBe('false');
  });
});

test.each([
  ['format=xml', 'format: must be csv or openlineage'],
  ['', 'format: must be csv or openlineage'],
  ['format=csv&of=rows', /^of: /],
  ['format=csv&depth=3', 'depth: must come with an asset'],
  ['format=csv&asset=x', 'asset: must be the id of an asset (a UUID)'],
  ['format=csv&asOf=yesterday', /^asOf: must be an instant/],
  ['format=csv&after=3', /^after: must be absent/],
  ['format=openlineage&after=x', /^after: must be the x-cairn-after/],
  ['format=openlineage&limit=0', 'limit: must be a whole number from 1 to 1000000'],
  ['format=openlineage&asOf=2026-01-01T00:00:00Z', /^asOf: must be absent/],
])('%s is refused by name', async (query, rule) => {
  const answer = await cairn.http(`${EXPORT}?${query}`);
  expect(answer.status).toBe(400);
  const { detail } = (await answer.json()) as { detail: string };
  if (typeof rule === 'string') expect(detail).toBe(rule);
  else expect(detail).toMatch(rule);
});

test('nobody exports without a token', async () => {
  expect((await cairn.http(`${EXPORT}?format=csv`, { token: '' })).status).toBe(401);
});

describe('a shell', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-export-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const cli = (...argv: string[]) => runCli(cairn, cairn.adminToken, ['lineage', 'export', ...argv], folder);
  const read = (file: string) => readFileSync(path.join(folder, file), 'utf8');

  test('exports edges, events and a picture into files and to standard output', async () => {
    const view = 'dataset,mart,view';
    const edges = await cli('-o', 'edges.csv');
    expect(edges).toMatchObject({ exitCode: 0, stderr: '' });
    expect(read('edges.csv')).toBe((await exported('format=csv')).text);
    const around = await cli(view, '--depth', '1', '--as-of', '2026-03-02', '--direction', 'upstream');
    expect(around.stdout.split('\r\n').slice(1)).toEqual([expect.stringContaining(',mart,view,'), '']);
    const columns = await cli('--columns', '--output', 'deep/columns.csv', '--json');
    expect(JSON.parse(columns.stdout)).toMatchObject({ sizeBytes: read('deep/columns.csv').length });
    expect(await cli(view, '--format', 'dot', '-o', 'view.dot')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(read('view.dot')).toMatch(/^digraph lineage \{\n[^]*\}\n$/);
    const log = await cli('--format', 'openlineage', '-o', 'events.jsonl');
    expect(read('events.jsonl')).toBe((await exported('format=openlineage')).text);
    const [, after] = /--after (\S+)\n$/.exec(log.stderr)!;
    await send(cairn, [event('latest', [], [dataset('mart', 'latest')])]);
    const rest = await cli('--format', 'openlineage', '--after', after!);
    expect(rest.stdout.split('\n').map((line) => line && JSON.parse(line).job.name)).toEqual(['latest', '']);
    expect(readdirSync(folder).sort()).toEqual(['deep', 'edges.csv', 'events.jsonl', 'view.dot']);
  });

  test.each([
    [['--format', 'dot'], '--format dot needs an asset'],
    [['--depth', '2'], '--direction and --depth need an asset'],
    [['--after', '1'], '--after is of --format openlineage'],
    [
      ['--format', 'openlineage', '--as-of', '2026-01-01'],
      '--direction, --depth and --as-of are of --format csv and dot',
    ],
    [['--format', 'openlineage', '--columns'], '--columns is of --format csv'],
  ])('is told what %j cannot be', async (argv, message) => {
    const refused = await cli(...argv);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain(message);
  });

  test('is left without a file when the asset is not there', async () => {
    expect((await cli('dataset,no,such', '-o', 'none.csv')).exitCode).toBe(5);
    const id = '00000000-0000-4000-8000-000000000000';
    expect((await cli(id, '-o', 'none.csv')).exitCode).toBe(5);
    expect(readdirSync(folder).filter((file) => file.includes('none'))).toEqual([]);
  });
});

test('a client that goes away ends the reading', async () => {
  const count = 4_000;
  await cairn.app.get(Database).query(
    `INSERT INTO lineage_event (id, kind, event_time, principal, subject_id, asset_ids, body, warnings, withheld)
     SELECT 'wide' || n, 'job', now(), 'user:x', gen_random_uuid(), '{}', jsonb_build_object('text', repeat('x', 20000)), '[]', '{}'
     FROM generate_series(1, ${count}) AS n`,
  );
  const sent = async () => {
    const { values } = await exportedRecords.get();
    return values.find(({ labels }) => labels['format'] === 'openlineage')!.value;
  };
  const before = await sent();
  const gone = new AbortController();
  const answer = await cairn.http(`${EXPORT}?format=openlineage`, { signal: gone.signal });
  await answer.body!.getReader().read();
  gone.abort();
  for (let last = -1; last !== (await sent());) {
    last = await sent();
    await setTimeout(300);
  }
  expect((await sent()) - before).toBeLessThan(count / 2);
  expect((await events('')).filter(({ text }) => text !== undefined)).toHaveLength(count);
});
