import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Plan } from '../../policy/index.js';
import type { SearchDocument, SearchIndex, SearchRequest } from '../search-index.js';

/** An index of the driver under test. */
export interface IndexUnderTest {
  readonly index: SearchIndex;
  /** Makes what was written visible to searches, for engines that do so in their own time. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

const EVERYTHING: Plan = { kind: 'all' };

let ids = 0;
let versions = 0;
const document = (name: string, rest: Partial<SearchDocument> = {}): SearchDocument => ({
  assetId: `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
  kind: 'dataset',
  name,
  identityNamespace: 'postgres://db:5432',
  namespace: 'research',
  tags: ['unclassified'],
  description: '',
  columns: [],
  otherNames: [],
  ...rest,
});

async function* batches(...all: SearchDocument[][]): AsyncGenerator<readonly SearchDocument[]> {
  yield* all;
}

/**
 * What every driver of {@link SearchIndex} must do.
 * @param make an index; documents are replaced by each test
 * @param isExclusive whether others' writes wait for the end of a replacement, so that none can come during it
 */
export function describeSearchIndex(
  name: string,
  make: () => Promise<IndexUnderTest>,
  isExclusive = false,
): void {
  describe(`search index contract: ${name}`, () => {
    let under: IndexUnderTest;
    let documents: SearchDocument[];
    beforeAll(async () => {
      under = await make();
    });
    afterAll(() => under.close());
    beforeEach(async () => {
      documents = [
        document('shop.raw_orders', { columns: ['order_id', 'customerEmail'], tags: ['pii.email'] }),
        document('shop.marts.orders', { description: 'What customers bought, cleaned.', tags: ['finance'] }),
        document('penguins', { namespace: 'research/penguins', columns: ['species', 'bill_length_mm'] }),
        document('penguin-species', {
          kind: 'model',
          namespace: 'research/penguins',
          tags: ['finance', 'pii'],
        }),
        document('loadOrdersDaily', { kind: 'job', namespace: 'external', identityNamespace: 'airflow' }),
      ];
      await under.index.replaceAll(batches(documents.slice(0, 2), documents.slice(2)), ++versions);
      await under.settle();
    });

    const search = (text: string, rest: Partial<SearchRequest> = {}) =>
      under.index.search({ text, filter: {}, visible: EVERYTHING, first: 50, ...rest });
    const names = async (text: string, rest: Partial<SearchRequest> = {}): Promise<string[]> => {
      const byId = new Map(documents.map((one) => [one.assetId, one.name]));
      return (await search(text, rest)).hits.map(({ assetId }) => byId.get(assetId)!);
    };
    const counts = async (text: string, rest: Partial<SearchRequest> = {}) =>
      Object.fromEntries(
        (await search(text, rest)).facets.map((facet) => [
          facet.name,
          Object.fromEntries(facet.values.map(({ value, count }) => [value, count])),
        ]),
      );

    it.each([
      ['orders', ['shop.marts.orders', 'shop.raw_orders', 'loadOrdersDaily']],
      ['ORDERS', ['shop.marts.orders', 'shop.raw_orders', 'loadOrdersDaily']],
      ['raw orders', ['shop.raw_orders']],
      ['shop.raw_orders', ['shop.raw_orders']],
      ['ord', ['shop.marts.orders', 'shop.raw_orders', 'loadOrdersDaily']],
      ['daily', ['loadOrdersDaily']],
      ['customerEmail', ['shop.raw_orders']],
      ['bill length', ['penguins']],
      ['cleaned', ['shop.marts.orders']],
      ['finance', ['penguin-species', 'shop.marts.orders']],
      ['airflow', ['loadOrdersDaily']],
      ['guins', ['penguins']],
      ['pengiuns', ['penguins', 'penguin-species']],
      ['orders penguins', []],
      ['zebra', []],
    ])('%s finds %j', async (text, expected) => {
      expect((await names(text)).sort()).toEqual([...expected].sort());
    });

    it('a name that is what was asked comes first', async () => {
      expect((await names('penguins'))[0]).toBe('penguins');
      expect((await names('orders')).slice(0, 1)).not.toEqual(['loadOrdersDaily']);
    });

    it.each([
      "'",
      '"',
      '\\',
      "a' | b",
      'a & !b',
      ':*',
      '%',
      '_',
      '()',
      '<->',
      '🙂',
      '\u0001',
      'ü',
      "x'; DROP TABLE search_document; --",
    ])('whatever is typed is text and never syntax: %s', async (text) => {
      await expect(search(text)).resolves.toMatchObject({ hits: expect.any(Array) });
      expect(await names('penguins')).toContain('penguins');
    });

    it('filters by kind, namespace with all below it, and tag', async () => {
      expect(await names('penguin', { filter: { kinds: ['model'] } })).toEqual(['penguin-species']);
      expect(await names('orders', { filter: { namespace: 'external' } })).toEqual(['loadOrdersDaily']);
      expect((await names('penguin', { filter: { namespace: 'research' } })).sort()).toEqual([
        'penguin-species',
        'penguins',
      ]);
      expect(await names('penguin', { filter: { namespace: 'research/peng' } })).toEqual([]);
      expect(await names('orders', { filter: { tag: 'pii.email' } })).toEqual(['shop.raw_orders']);
    });

    it('counts kinds, namespaces and tags over all pages', async () => {
      expect(await counts('orders', { first: 1 })).toEqual({
        kind: { dataset: 2, job: 1 },
        namespace: { research: 2, external: 1 },
        tag: { 'pii.email': 1, finance: 1, unclassified: 1 },
      });
    });

    it('what a caller may not see is in no hit and in no count', async () => {
      const visible: Plan = {
        kind: 'and',
        nodes: [
          { kind: 'namespaceIn', namespaces: ['research'] },
          { kind: 'not', node: { kind: 'hasAnyTag', tags: ['pii.email'] } },
        ],
      };
      expect(await names('orders', { visible })).toEqual(['shop.marts.orders']);
      expect(await counts('orders', { visible })).toEqual({
        kind: { dataset: 1 },
        namespace: { research: 1 },
        tag: { finance: 1 },
      });
      expect(await search('orders', { visible: { kind: 'none' } })).toEqual({
        hits: [],
        facets: [
          { name: 'kind', values: [] },
          { name: 'namespace', values: [] },
          { name: 'tag', values: [] },
        ],
      });
    });

    it('pages follow each other without gap or repetition', async () => {
      const many = Array.from({ length: 23 }, (_, i) => document(`copy ${i % 3}`));
      await under.index.upsert(many, ++versions);
      await under.settle();
      const seen: string[] = [];
      for (let after: SearchRequest['after']; ;) {
        const { hits } = await search('copy', { first: 5, after });
        if (hits.length === 0) break;
        seen.push(...hits.map(({ assetId }) => assetId));
        after = hits.at(-1);
      }
      expect(seen).toHaveLength(23);
      expect(new Set(seen)).toEqual(new Set(many.map(({ assetId }) => assetId)));
    });

    it('marks what was found', async () => {
      const [hit] = (await search('cleaned')).hits;
      expect(hit!.highlight).toBe('What customers bought, «cleaned».');
      const [column] = (await search('bill')).hits;
      expect(column!.highlight).toBe('species «bill»_length_mm');
    });

    it('a document that is written again is replaced, and one that is taken out is gone', async () => {
      const [first] = documents;
      await under.index.upsert(
        [
          { ...first!, name: 'renamed', columns: [] },
          { ...first!, name: 'renamed twice', columns: [] },
        ],
        ++versions,
      );
      await under.settle();
      expect((await search('customerEmail')).hits).toEqual([]);
      expect((await search('renamed twice')).hits).toHaveLength(1);
      await under.index.remove(
        [first!.assetId, first!.assetId, '00000000-0000-4000-8000-999999999999'],
        ++versions,
      );
      await under.settle();
      expect((await search('renamed')).hits).toEqual([]);
    });

    it('a write that comes late does not undo a later one', async () => {
      const [first] = documents;
      versions += 2;
      await under.index.upsert([{ ...first!, name: 'the newer one' }], versions);
      await under.index.upsert([{ ...first!, name: 'the older one' }], versions - 1);
      await under.index.remove([first!.assetId], versions - 1);
      await under.settle();
      expect((await search('newer')).hits).toHaveLength(1);
      expect((await search('older')).hits).toEqual([]);
    });

    it('an asset of another kind than before is found as what it is', async () => {
      const [first] = documents;
      await under.index.upsert([{ ...first!, kind: 'model' }], ++versions);
      await under.settle();
      expect(await counts('raw_orders')).toMatchObject({ kind: { model: 1 } });
    });

    if (!isExclusive)
      it('what is written during a replacement is there after it, and what is removed is not', async () => {
        const [kept, removed] = documents;
        const replacement = ++versions;
        async function* slow(): AsyncGenerator<readonly SearchDocument[]> {
          await under.index.upsert([{ ...kept!, name: 'written meanwhile' }], ++versions);
          await under.index.remove([removed!.assetId], ++versions);
          yield documents;
        }
        await under.index.replaceAll(slow(), replacement);
        await under.settle();
        expect((await search('written meanwhile')).hits).toHaveLength(1);
        expect(await names('marts')).toEqual([]);
      });

    it('a replacement that fails half-way leaves the old documents', async () => {
      async function* failing(): AsyncGenerator<readonly SearchDocument[]> {
        yield [document('half')];
        throw new RangeError('the catalog went away');
      }
      await expect(under.index.replaceAll(failing(), ++versions)).rejects.toThrow('the catalog went away');
      await under.settle();
      expect(await names('penguins')).toContain('penguins');
      expect((await search('half')).hits).toEqual([]);
    });

    it('very long names, texts and column lists are taken', async () => {
      const long = document('x'.repeat(2000), {
        description: 'word '.repeat(50_000),
        columns: Array.from({ length: 5000 }, (_, i) => `column_number_${i}`),
      });
      await under.index.upsert([long], ++versions);
      await under.settle();
      expect((await search('column_number_17')).hits.map(({ assetId }) => assetId)).toContain(long.assetId);
      expect((await search('x'.repeat(200))).hits).toHaveLength(1);
    });

    it('a column list that is cut within a character is taken', async () => {
      const cut = document('cutlery', { columns: [`${'x'.repeat(99_999)}😀`] });
      await under.index.upsert([cut], ++versions);
      await under.settle();
      expect((await search('cutlery')).hits.map(({ assetId }) => assetId)).toEqual([cut.assetId]);
    });
  });
}
