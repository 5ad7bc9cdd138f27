import { ASSETS, SEARCH, type SearchFilter } from '../api/operations.js';
import type { AssetKind, AssetSummary, Facet } from '../api/types.js';
import { type Question, useQuery } from '../api/use-query.js';
import type { SearchView } from '../navigation/view.js';

/** What the search page lists. */
export interface Results {
  readonly hits: readonly { readonly asset: AssetSummary; readonly highlight?: string }[];
  readonly facets: readonly Facet[];
  readonly hasMore: boolean;
  /** PostgreSQL answered, because Elasticsearch could not. */
  readonly isFallback: boolean;
}

const KINDS: readonly AssetKind[] = ['dataset', 'model', 'job', 'endpoint', 'workload'];

/** Hits of a search; without words all assets by name, with the values to narrow by that those shown have. @param first 1–200 */
export function useResults(view: SearchView, first: number): Question<Results> {
  const filter = filterOf(view);
  const isSearch = view.query !== '';
  const search = useQuery(SEARCH, isSearch ? { query: view.query, filter, first } : undefined);
  const list = useQuery(ASSETS, isSearch ? undefined : { filter, first });
  if (isSearch) {
    const { nodes, facets, pageInfo, isFallback = false } = search.answer?.search ?? {};
    return {
      ...search,
      answer: nodes &&
        facets &&
        pageInfo && { hits: nodes, facets, hasMore: pageInfo.hasNextPage, isFallback },
    };
  }
  const { nodes, pageInfo } = list.answer?.assets ?? {};
  const answer = nodes &&
    pageInfo && {
      hits: nodes.map((asset) => ({ asset })),
      facets: facetsOf(nodes),
      hasMore: pageInfo.hasNextPage,
      isFallback: false,
    };
  return { ...list, answer };
}

function filterOf({ kind, tag, namespace }: SearchView): SearchFilter {
  return {
    ...(kind === undefined ? {} : { kinds: [kind as AssetKind] }),
    ...(tag === undefined ? {} : { tag }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

function facetsOf(assets: readonly AssetSummary[]): Facet[] {
  const facet = (name: string, values: Iterable<string>): Facet => ({
    name,
    values: [...new Set(values)].map((value) => ({ value })),
  });
  return [
    facet('kind', assets.length === 0 ? [] : KINDS),
    facet('tag', assets.flatMap(({ tags }) => tags).sort()),
    facet('namespace', assets.map(({ namespace }) => namespace).sort()),
  ];
}
