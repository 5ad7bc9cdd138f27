import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Client } from '@elastic/elasticsearch';
import { DataSource } from 'typeorm';
import {
  Database,
  dataSourceOptions,
  migrateDatabase,
  startEmbeddedPostgres,
} from '../dist/src/platform/index.js';
import { ElasticsearchSearchIndex } from '../dist/src/search/drivers/elasticsearch/elasticsearch-search-index.js';
import { PostgresSearchIndex } from '../dist/src/search/drivers/postgres/postgres-search-index.js';
import { ms, progress, table } from './support/report.mjs';
import { oneOf, randomOf, spread, timed } from './support/statistics.mjs';

const ASSETS = 100_000;
const BATCH = 1_000;
const SEARCHES = 60;
const WARM_UP = 10;
const FIRST = 20;

const KINDS = ['dataset', 'dataset', 'dataset', 'job', 'model'];
const AREAS = ['shop', 'finance', 'logistics', 'marketing', 'support', 'risk', 'growth', 'platform'];
const STAGES = ['raw', 'staging', 'clean', 'marts', 'features', 'export'];
const THINGS = [
  'orders',
  'customers',
  'payments',
  'shipments',
  'sessions',
  'invoices',
  'tickets',
  'products',
];
const COLUMNS = ['id', 'created_at', 'customerEmail', 'total_cents', 'currency', 'country_code', 'updatedBy'];

/** What a caller sees who may list all but personal data, as policy compiles it. */
const VISIBLE = {
  kind: 'and',
  nodes: [
    { kind: 'namespaceIn', namespaces: AREAS.slice(0, 6) },
    { kind: 'not', node: { kind: 'hasAnyTag', tags: ['pii', 'pii.email'] } },
  ],
};

const misspelt = (word) => word.slice(0, 2) + word[3] + word[2] + word.slice(4);

/** What people type, by kind of search. */
const QUERIES = {
  'one name': (random, names) => oneOf(random, names),
  'beginning of a word': (random) => oneOf(random, THINGS).slice(0, 4),
  'three words': (random) => `${oneOf(random, AREAS)} ${oneOf(random, STAGES)} ${oneOf(random, THINGS)}`,
  'a column': (random) => oneOf(random, COLUMNS.slice(2)),
  misspelt: (random) => misspelt(oneOf(random, THINGS)),
};

/**
 * Latency of both search drivers over the same 100,000 assets, policy and counts included; ELASTICSEARCH_URL names a running
 * Elasticsearch. PostgreSQL with the settings of production.
 */
export async function run({ seed }) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-bench-'));
  chmodSync(folder, 0o755);
  const postgres = await startEmbeddedPostgres(folder);
  await migrateDatabase(postgres.url);
  const dataSource = await new DataSource(dataSourceOptions(postgres.url, [], 4)).initialize();
  const node = process.env['ELASTICSEARCH_URL'];
  const client = node === undefined ? undefined : new Client({ node });
  const prefix = `bench-${randomUUID()}`;
  const indices = { PostgreSQL: new PostgresSearchIndex(new Database(dataSource)) };
  if (client !== undefined) indices.Elasticsearch = new ElasticsearchSearchIndex(client, prefix);
  try {
    const documents = documentsOf(randomOf(seed));
    const rows = [['', ...Object.keys(indices).flatMap((name) => [`${name} p50`, 'p95']), 'ratio p50']];
    const filling = ['(built in)'];
    for (const [name, index] of Object.entries(indices)) {
      progress(`search: filling ${name} …`);
      const { ms: took } = await timed(() => index.replaceAll(batchesOf(documents), 1));
      filling.push(`${(took / 1000).toFixed(1)} s`, '');
    }
    await dataSource.query('VACUUM ANALYZE search_document');
    const names = documents.map(({ name }) => name);
    for (const [title, queryOf] of Object.entries(QUERIES))
      rows.push(await measure(title, indices, randomOf(seed + 1), (random) => queryOf(random, names)));
    rows.push([...filling, '']);
    const version = client && (await client.info()).version.number;
    console.log(
      `\nsearch    ${ASSETS.toLocaleString('en')} assets, the first ${FIRST} hits and all counts, ${version ? `Elasticsearch ${version}` : 'PostgreSQL only: set ELASTICSEARCH_URL for the other driver'}`,
    );
    table(rows);
  } finally {
    if (client !== undefined) {
      await client.indices.delete({ index: `${prefix}-*` });
      await client.close();
    }
    await dataSource.destroy();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Each query asks both, in turn, so that both meet the same machine. */
async function measure(title, indices, random, queryOf) {
  const durations = Object.fromEntries(Object.keys(indices).map((name) => [name, []]));
  for (let at = 0; at < SEARCHES + WARM_UP; at++) {
    progress(`search: ${title}, ${at + 1} of ${SEARCHES + WARM_UP} …`);
    const request = { text: queryOf(random), filter: {}, visible: VISIBLE, first: FIRST };
    for (const [name, index] of Object.entries(indices)) {
      const { ms: took } = await timed(() => index.search(request));
      if (at >= WARM_UP) durations[name].push(took);
    }
  }
  const spreads = Object.values(durations).map(spread);
  const [first, second] = spreads;
  return [
    title,
    ...spreads.flatMap(({ p50, p95 }) => [ms(p50), ms(p95)]),
    second === undefined ? '' : `${(second.p50 / first.p50).toFixed(2)}×`,
  ];
}

function documentsOf(random) {
  return Array.from({ length: ASSETS }, (_, i) => {
    const namespace = oneOf(random, AREAS);
    const name = `${namespace}.${oneOf(random, STAGES)}_${oneOf(random, THINGS)}_${i.toString(36)}`;
    return {
      assetId: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
      ...{ kind: oneOf(random, KINDS), name, namespace, identityNamespace: 'postgres://warehouse:5432' },
      tags: [oneOf(random, ['unclassified', 'finance', 'pii', 'pii.email'])],
      description: `The ${oneOf(random, THINGS)} of ${oneOf(random, AREAS)}, as they are ${oneOf(random, STAGES)}.`,
      columns: COLUMNS.filter(() => random() < 0.5),
    };
  });
}

async function* batchesOf(documents) {
  for (let at = 0; at < documents.length; at += BATCH) yield documents.slice(at, at + BATCH);
}
