import type { Client, estypes } from '@elastic/elasticsearch';
import { ASSET_KINDS } from '../../../catalog/index.js';
import { highlight } from '../../highlight.js';
import type { SearchDocument, SearchIndex, SearchRequest, SearchResult } from '../../search-index.js';
import { termsOf } from '../../words.js';
import { ElasticsearchRefusedError } from './errors.js';
import { Indices } from './indices.js';
import { searchBody } from './search-body.js';
import { type Source, sourceOf } from './source.js';

const SEARCH_TIMEOUT_MS = 2_000;
const FACETS = ['kind', 'namespace', 'tag'] as const;

/** Something to be done to one document of one index. */
type Write =
  { readonly index: string; readonly source: Source } | { readonly index: string; readonly removed: string };

/** Elasticsearch 8 or 9. Writes carry the version that the port gives them, so that their order does not matter. */
export class ElasticsearchSearchIndex implements SearchIndex {
  readonly indices: Indices;

  constructor(
    private readonly client: Client,
    prefix: string,
  ) {
    this.indices = new Indices(client, prefix);
  }

  async upsert(documents: readonly SearchDocument[], version: number): Promise<void> {
    const all = await this.indices.all();
    const last = new Map(documents.map((document) => [document.assetId, document]));
    const writes = [...last.values()].flatMap((document): Write[] => {
      const source = sourceOf(document);
      // What was of another kind before is no longer found there.
      return ASSET_KINDS.flatMap((kind) =>
        all[kind].map((index) =>
          kind === document.kind ? { index, source } : { index, removed: document.assetId },
        ),
      );
    });
    await this.write(writes, version);
  }

  async remove(assetIds: readonly string[], version: number): Promise<void> {
    const all = Object.values(await this.indices.all()).flat();
    await this.write(
      [...new Set(assetIds)].flatMap((removed) => all.map((index) => ({ index, removed }))),
      version,
    );
  }

  async search(request: SearchRequest): Promise<SearchResult> {
    const terms = termsOf(request.text);
    if (terms.length === 0) return { hits: [], facets: FACETS.map((name) => ({ name, values: [] })) };
    const strict = await this.ask(searchBody(request, terms, 'literal'), request);
    const { total } = strict.hits;
    const isEmpty = (typeof total === 'number' ? total : total!.value) === 0;
    const found = isEmpty ? await this.ask(searchBody(request, terms, 'alike'), request) : strict;
    return {
      hits: found.hits.hits.map(({ _score, _source }) => {
        const { assetId, name, columns, description, tags } = _source!;
        return {
          assetId,
          score: _score!,
          highlight: highlight([name, columns, description, tags.join(' ')], terms),
        };
      }),
      facets: FACETS.map((name) => {
        const { buckets } = found.aggregations![name] as estypes.AggregationsStringTermsAggregate;
        const values = (buckets as estypes.AggregationsStringTermsBucket[]).map(
          ({ key, doc_count: count }) => ({
            ...{ value: String(key), count },
          }),
        );
        return { name, values };
      }),
    };
  }

  async replaceAll(documents: AsyncIterable<readonly SearchDocument[]>, version: number): Promise<number> {
    const generation = await this.indices.create();
    try {
      let count = 0;
      for await (const batch of documents) {
        const writes = batch.map((document) => ({
          index: generation[document.kind],
          source: sourceOf(document),
        }));
        await this.write(writes, version);
        count += batch.length;
      }
      await this.indices.activate(generation);
      return count;
    } catch (error) {
      await this.indices.remove(Object.values(generation)).catch(() => undefined);
      throw error;
    }
  }

  private ask(
    body: estypes.SearchRequest,
    { filter }: SearchRequest,
  ): Promise<estypes.SearchResponse<Source>> {
    // Also those of other kinds are counted where no kind is asked for; an alias that is missing is an error, not an empty answer.
    const index = this.indices.aliases(filter.kinds);
    return this.client.search<Source>(
      { index, ...body },
      { requestTimeout: SEARCH_TIMEOUT_MS, maxRetries: 0 },
    );
  }

  private async write(writes: readonly Write[], version: number): Promise<void> {
    const refused: string[] = [];
    await this.client.helpers.bulk<Write>({
      datasource: [...writes],
      concurrency: 2,
      refreshOnCompletion: false,
      onDocument: (write) => {
        const id = 'source' in write ? write.source.assetId : write.removed;
        const at = { _index: write.index, _id: id, version, version_type: 'external' as const };
        return 'source' in write ? [{ index: at }, write.source] : { delete: at };
      },
      onDrop: ({ status, error, operation }) => {
        // A newer version is there; what is to be removed is not; the index was replaced meanwhile.
        if (status === 409 || status === 404) return;
        refused.push(
          `${status} ${error?.type ?? ''} ${error?.reason ?? ''} ${JSON.stringify(operation).slice(0, 200)}`,
        );
      },
    });
    if (refused.length > 0) throw new ElasticsearchRefusedError(refused.length, refused[0]!);
  }
}
