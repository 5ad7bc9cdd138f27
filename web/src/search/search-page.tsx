import { useEffect, useState } from 'react';
import { SEARCH, type SearchFilter } from '../api/operations.js';
import type { AssetKind, AssetSummary } from '../api/types.js';
import { useQuery } from '../api/use-query.js';
import { linkTo } from '../navigation/use-view.js';
import { assetView, type SearchView } from '../navigation/view.js';
import { KindIcon } from '../parts/kind-icon.js';
import { Answered, Empty } from '../parts/states.js';
import { Tags } from '../parts/tags.js';
import { Facets } from './facets.js';
import { SearchBox } from './search-box.js';

const PAGE = 25;

/** The start: a search field, counts to narrow by, and what was found. */
export function SearchPage({ view }: { readonly view: SearchView }) {
  const [first, setFirst] = useState(PAGE);
  const filter = filterOf(view);
  const question = useQuery(SEARCH, { query: view.query, filter, first });
  useEffect(() => setFirst(PAGE), [view.query, view.kind, view.tag, view.namespace]);
  return (
    <main className="search-page">
      <SearchBox query={view.query} isLarge />
      <Answered question={question} what="assets">
        {({ search }) => (
          <div className="results-and-facets" aria-busy={question.isLoading}>
            <Facets view={view} facets={search.facets} />
            <section className="results" aria-label="Results">
              {search.nodes.length === 0 && <NothingFound view={view} />}
              <ul onKeyDown={moveByArrows}>
                {search.nodes.map(({ asset }) => (
                  <Result key={asset.id} asset={asset} />
                ))}
              </ul>
              {search.pageInfo.hasNextPage && first < 200 && (
                <button
                  type="button"
                  className="button"
                  onClick={() => setFirst(Math.min(200, first + PAGE * 2))}
                >
                  Show more
                </button>
              )}
            </section>
          </div>
        )}
      </Answered>
    </main>
  );
}

function Result({ asset }: { readonly asset: AssetSummary }) {
  return (
    <li>
      <a {...linkTo(assetView(asset.id))} className="result" data-result>
        <KindIcon kind={asset.kind} />
        <span className="result-text">
          <span className="result-name">{asset.identityName}</span>
          <span className="muted small">
            {asset.kind} · {asset.namespace}
            {!asset.isManaged && ` · ${asset.identityNamespace}`}
          </span>
          {asset.description !== null && asset.description !== '' && (
            <span className="result-description">{asset.description}</span>
          )}
        </span>
        <Tags tags={asset.tags} />
      </a>
    </li>
  );
}

function NothingFound({ view }: { readonly view: SearchView }) {
  if (view.kind !== undefined || view.tag !== undefined || view.namespace !== undefined) {
    return (
      <Empty title="Nothing found with these choices">
        <a {...linkTo({ page: 'search', query: view.query })}>Search without them</a>
      </Empty>
    );
  }
  if (view.query !== '')
    return (
      <Empty title={`Nothing found for “${view.query}”`}>
        Try fewer or other words. You see only what you may list.
      </Empty>
    );
  return (
    <Empty title="Nothing here yet">
      Make a repository with <code>cairn repo create</code>, or point an OpenLineage producer at{' '}
      <code>/api/v1/lineage</code>.
    </Empty>
  );
}

function filterOf({ kind, tag, namespace }: SearchView): SearchFilter {
  return {
    ...(kind === undefined ? {} : { kinds: [kind as AssetKind] }),
    ...(tag === undefined ? {} : { tags: [tag] }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

/** Up and down walk through the results; up from the first goes back to the field. */
function moveByArrows(event: React.KeyboardEvent): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  event.preventDefault();
  const results = [...document.querySelectorAll<HTMLElement>('[data-result]')];
  const at = results.indexOf(document.activeElement as HTMLElement);
  const next = at + (event.key === 'ArrowDown' ? 1 : -1);
  if (next < 0) document.querySelector<HTMLElement>('[role=combobox]')?.focus();
  else results[next]?.focus();
}
