import { randomUUID } from 'node:crypto';
import 'reflect-metadata';
import { Client } from '@elastic/elasticsearch';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { serviceEnvironment } from '../../../../test/support/services.js';
import { openTestDatabase } from '../../../../test/support/platform.js';
import { parseGlob } from '../../../policy/glob/glob.js';
import { type Plan, planMatches } from '../../../policy/plan/plan.js';
import { describeSearchIndex } from '../../contract/search-index.contract.js';
import type { SearchDocument, SearchRequest } from '../../search-index.js';
import { termsOf, wordsOf } from '../../words.js';
import { PostgresSearchIndex } from '../postgres/postgres-search-index.js';
import { ElasticsearchSearchIndex } from './elasticsearch-search-index.js';

const node = serviceEnvironment('elasticsearch')['ELASTICSEARCH_URL']!;

async function open() {
  const client = new Client({ node });
  const prefix = `test-${randomUUID()}`;
  const index = new ElasticsearchSearchIndex(client, prefix);
  return {
    index,
    client,
    prefix,
    settle: async () => {
      await client.indices.refresh({ index: `${prefix}-*` });
    },
    close: async () => {
      await client.indices.delete({ index: `${prefix}-*` });
      await client.close();
    },
  };
}

describeSearchIndex('elasticsearch', open);

const KINDS = ['dataset', 'model', 'job', 'endpoint', 'workload'] as const;
const WORDS = [
  'orders',
  'raw',
  'Items',
  'customer',
  'HTTPServer',
  'daily',
  'penguin',
  'v2',
  'mart',
  'ÜberTabelle',
];
const SEPARATORS = ['.', '_', '/', '-', ''];
const TAGS = ['pii', 'pii.email', 'finance', 'unclassified'];
const NAMESPACES = ['research', 'research/penguins', 'external', 'sales'];

const idOf = (i: number) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`;
const anyName = fc
  .array(fc.tuple(fc.constantFrom(...WORDS), fc.constantFrom(...SEPARATORS)), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.flat().slice(0, -1).join(''));
const anyDocument = fc.record({
  kind: fc.constantFrom(...KINDS),
  name: anyName,
  identityNamespace: fc.constantFrom('postgres://db:5432', 's3://lake'),
  namespace: fc.constantFrom(...NAMESPACES),
  tags: fc.uniqueArray(fc.constantFrom(...TAGS), { minLength: 1, maxLength: 3 }),
  description: fc.constantFrom('', 'What customers bought, cleaned.', 'Raw items of the HTTPServer log'),
  columns: fc.array(fc.constantFrom('order_id', 'customerEmail', 'totalCents'), { maxLength: 3 }),
  otherNames: fc.array(fc.constantFrom('mirror.orders', 'penguin_v2'), { maxLength: 2 }),
});
const anyGlob = fc
  .array(fc.constantFrom('*', '**', 'raw*', '*.orders', 'orders', 'penguin', '*r*', 'a+b', 'x{2}'), {
    minLength: 1,
    maxLength: 3,
  })
  .map((segments) => parseGlob(segments.join('/')))
  .filter((glob) => typeof glob !== 'string');
const { plan: anyPlan } = fc.letrec<{ plan: Plan }>((tie) => ({
  plan: fc.oneof(
    { maxDepth: 3 },
    fc.constant<Plan>({ kind: 'all' }),
    fc.constant<Plan>({ kind: 'none' }),
    fc.subarray(NAMESPACES).map((namespaces): Plan => ({ kind: 'namespaceIn', namespaces })),
    fc.constantFrom(...KINDS).map((value): Plan => ({ kind: 'kindIs', value })),
    anyGlob.map((glob): Plan => ({ kind: 'nameGlob', glob })),
    fc.subarray(TAGS).map((tags): Plan => ({ kind: 'hasAnyTag', tags })),
    fc
      .tuple(
        fc.constantFrom('and' as const, 'or' as const),
        fc.array(tie('plan'), { minLength: 1, maxLength: 3 }),
      )
      .map(([kind, nodes]): Plan => ({ kind, nodes })),
    tie('plan').map((plan): Plan => ({ kind: 'not', node: plan })),
  ),
}));

describe('Elasticsearch beside PostgreSQL, on one corpus', () => {
  let elasticsearch: Awaited<ReturnType<typeof open>>;
  let postgres: PostgresSearchIndex;
  let close: () => Promise<void>;
  let corpus: SearchDocument[];
  const seed = Number(process.env['SEED'] ?? 20_261_125);

  beforeAll(async () => {
    elasticsearch = await open();
    const database = await openTestDatabase();
    postgres = new PostgresSearchIndex(database.database);
    close = () => database.close();
    corpus = fc
      .sample(anyDocument, { numRuns: 400, seed })
      .map((document, i) => ({ ...document, assetId: idOf(i) }));
    async function* all() {
      yield corpus;
    }
    await elasticsearch.index.replaceAll(all(), 1);
    await postgres.replaceAll(all(), 1);
  });
  afterAll(async () => {
    await elasticsearch.close();
    await close();
  });

  const request = (text: string, rest: Partial<SearchRequest> = {}): SearchRequest => ({
    ...{ text, filter: {}, visible: { kind: 'all' }, first: 400, ...rest },
  });
  const idsOf = (hits: readonly { readonly assetId: string }[]) => hits.map(({ assetId }) => assetId).sort();

  it('shows of any plan exactly what the plan describes, in hits and in counts', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, fc.constantFrom('orders', 'raw', 'r', 'customer'), async (visible, text) => {
        const [found, expected, everything] = await Promise.all([
          elasticsearch.index.search(request(text, { visible })),
          postgres.search(request(text, { visible })),
          postgres.search(request(text)),
        ]);
        expect(idsOf(found.hits)).toEqual(idsOf(expected.hits));
        const described = new Set(
          corpus.filter((document) => planMatches(visible, document)).map(({ assetId }) => assetId),
        );
        expect(idsOf(found.hits)).toEqual(idsOf(everything.hits).filter((id) => described.has(id)));
        const counts = (result: typeof found) =>
          Object.fromEntries(
            result.facets.map(({ name, values }) => [
              name,
              [...values].sort((a, b) => (a.value < b.value ? -1 : 1)),
            ]),
          );
        expect(counts(found)).toEqual(counts(expected));
      }),
      { numRuns: 60, seed },
    );
  });

  it('finds what every word of the query begins a word of, or stands in the name of', async () => {
    const isFound = (document: SearchDocument, term: string) => {
      const { name, columns, tags, otherNames, identityNamespace, namespace, kind, description } = document;
      const texts = [
        name,
        ...columns,
        ...tags,
        ...otherNames,
        identityNamespace,
        namespace,
        kind,
        description,
      ];
      const begins = texts.flatMap(wordsOf).some((word) => word.startsWith(term));
      return begins || (term.length >= 3 && name.toLowerCase().includes(term));
    };
    await fc.assert(
      fc.asyncProperty(anyName, async (text) => {
        const expected = corpus.filter((document) => termsOf(text).every((term) => isFound(document, term)));
        fc.pre(expected.length > 0);
        const results = await Promise.all(
          [elasticsearch.index, postgres].map((index) => index.search(request(text))),
        );
        for (const { hits } of results) expect(idsOf(hits)).toEqual(idsOf(expected));
      }),
      { numRuns: 60, seed },
    );
  });

  it('puts first what PostgreSQL puts first', async () => {
    const texts = [
      ...new Set(fc.sample(anyName, { numRuns: 40, seed: seed + 1 })),
      'orders',
      'raw',
      'customer',
    ];
    const nameOf = new Map(corpus.map(({ assetId, name }) => [assetId, name]));
    // One after the other: each has two seconds of its own.
    const tops: { isSame: boolean; shared: number; of: number }[] = [];
    for (const text of texts) {
      const found = await elasticsearch.index.search(request(text, { first: 10 }));
      const expected = await postgres.search(request(text, { first: 10 }));
      const names = [found, expected].map(({ hits }) => hits.map(({ assetId }) => nameOf.get(assetId)!));
      const shared = names[0]!.filter((name) => names[1]!.includes(name)).length;
      tops.push({ isSame: names[0]![0] === names[1]![0], shared, of: Math.max(1, names[1]!.length) });
    }
    const same = tops.filter(({ isSame }) => isSame).length / tops.length;
    const overlap = tops.reduce((sum, { shared, of }) => sum + shared / of, 0) / tops.length;
    console.log(
      `rankings of ${texts.length} searches: the first hit is the same in ${(100 * same).toFixed(0)} %, the first ten share ${(100 * overlap).toFixed(0)} %`,
    );
    expect(same).toBeGreaterThan(0.6);
    expect(overlap).toBeGreaterThan(0.6);
  });
});
