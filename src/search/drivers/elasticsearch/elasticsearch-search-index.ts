import { randomUUID } from 'node:crypto';
import type { Client, estypes } from '@elastic/elasticsearch';
import { ASSET_KINDS } from '../../../catalog/index.js';
import { highlight } from '../../highlight.js';
import type { SearchDocument, SearchIndex, SearchRequest, SearchResult } from '../../search-index.js';
import { termsOf } from '../../words.js';
import { sendBulk, type SetAside, type Write } from './bulk.js';
import { isResponseError } from './errors.js';
import { Indices, writtenBy } from './indices.js';
import { searchBody } from './search-body.js';
import { type Source, sourceOf } from './source.js';

/** Of a search, all of its requests together. */
const SEARCH_TIMEOUT_MS = 2_000;
const FACETS = ['kind', 'namespace', 'tag'] as const;

/** Elasticsearch 8 or 9. Writes carry the version that the port gives them, so that their order does not matter. */
export class ElasticsearchSearchIndex implements SearchIndex {
  readonly indices: Indices;

  /** @param onSetAside told of documents that Elasticsearch never takes; they are then in no index, not even as they were before */
  constructor(
    private readonly client: Client,
    prefix: string,
    private readonly onSetAside: (setAside: readonly SetAside[]) => void = () => undefined,
  ) {
    this.indices = new Indices(client, prefix);
  }

  async upsert(documents: readonly SearchDocument[], version: number): Promise<void> {
    const targets = await this.indices.targets();
    const last = new Map(documents.map((document) => [document.assetId, document]));
    const writes = [...last.values()].flatMap((document): Write[] => {
      const source = sourceOf(document);
      // What was of another kind before is no longer found there.
      return ASSET_KINDS.flatMap((kind) =>
        targets[kind].map((to) =>
          kind === document.kind ? { to, source } : { to, removed: document.assetId },
        ),
      );
    });
    await this.write(writes, version);
  }

  async remove(assetIds: readonly string[], version: number): Promise<void> {
    const targets = Object.values(await this.indices.targets()).flat();
    await this.write(
      [...new Set(assetIds)].flatMap((removed) => targets.map((to) => ({ to, removed }))),
      version,
    );
  }

  async search(request: SearchRequest): Promise<SearchResult> {
    const terms = termsOf(request.text);
    if (terms.length === 0) return { hits: [], facets: FACETS.map((name) => ({ name, values: [] })) };
    const deadline = Date.now() + SEARCH_TIMEOUT_MS;
    const strict = await this.ask(searchBody(request, terms, 'literal'), request, deadline);
    const { total } = strict.hits;
    const isEmpty = (typeof total === 'number' ? total : total!.value) === 0;
    const found = isEmpty ? await this.ask(searchBody(request, terms, 'alike'), request, deadline) : strict;
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

  /** @param generation what the new indices say they are */
  async replaceAll(
    documents: AsyncIterable<readonly SearchDocument[]>,
    version: number,
    generation: string = randomUUID(),
  ): Promise<number> {
    const indices = await this.indices.create(generation);
    let count = 0;
    try {
      await this.write([], version, Object.values(indices).map(writtenBy));
      for await (const batch of documents) {
        const writes = batch.map((document) => ({
          to: writtenBy(indices[document.kind]),
          source: sourceOf(document),
        }));
        await this.write(writes, version);
        count += batch.length;
      }
    } catch (error) {
      await this.indices.remove(Object.values(indices)).catch(() => undefined);
      throw error;
    }
    await this.indices.activate(indices);
    return count;
  }

  private ask(
    body: estypes.SearchRequest,
    { filter }: SearchRequest,
    deadline: number,
  ): Promise<estypes.SearchResponse<Source>> {
    // Also those of other kinds are counted where no kind is asked for; an alias that is missing is an error, not an empty answer.
    const index = this.indices.aliases(filter.kinds);
    return this.client.search<Source>(
      { index, ...body },
      { requestTimeout: Math.max(1, deadline - Date.now()), maxRetries: 0 },
    );
  }

  /** @param marked also marked with the version, when nothing is written to them */
  private async write(
    writes: readonly Write[],
    version: number,
    marked: readonly string[] = [],
  ): Promise<void> {
    const setAside = await sendBulk(this.client, writes, version, marked);
    if (setAside.length === 0) return;
    const removals = setAside.map(({ to, id: removed }) => ({ to, removed }));
    await sendBulk(this.client, removals, version);
    this.onSetAside(setAside);
  }
}

/** Whether a search failed by what it searched: an index that is not there, or has other fields. */
export function isAboutIndices(error: unknown): boolean {
  return isResponseError(error) && [400, 404].includes(error.statusCode ?? 0);
}
