import { useEffect, useState } from 'react';
import type { AssetSummary } from '../api/types.js';
import { useTitle } from '../navigation/use-title.js';
import { linkTo } from '../navigation/use-view.js';
import { assetView, type SearchView } from '../navigation/view.js';
import { KindIcon } from '../parts/kind-icon.js';
import { Answered, Empty } from '../parts/states.js';
import { Tags } from '../parts/tags.js';
import { Facets } from './facets.js';
import { Highlight } from './highlight.js';
import { SearchBox } from './search-box.js';
import { useResults } from './use-results.js';

const PAGE = 25;

/** The start: a search field, counts to narrow by, and what was found. */
export function SearchPage({ view }: { readonly view: SearchView }) {
  const [first, setFirst] = useState(PAGE);
  const question = useResults(view, first);
  useTitle(view.query);
  useEffect(() => setFirst(PAGE), [view.query, view.kind, view.tag, view.namespace]);
  return (
    <main className="search-page" tabIndex={-1}>
      <h1 className="sr-only">{view.query === '' ? 'Assets' : `Assets found for “${view.query}”`}</h1>
      <SearchBox query={view.query} isLarge />
      <Answered question={question} what="assets">
        {({ hits, facets, hasMore, isFallback }) => (
          <div className="results-and-facets" aria-busy={question.isLoading}>
            <Facets view={view} facets={facets} />
            <section className="results" aria-label="Results">
              {isFallback && (
                <p className="muted small" role="status">
                  Elasticsearch is away or behind; PostgreSQL answered instead.
                </p>
              )}
              {hits.length === 0 && <NothingFound view={view} />}
              <ul onKeyDown={moveByArrows}>
                {hits.map(({ asset, highlight }) => (
                  <Result key={asset.id} asset={asset} highlight={highlight} />
                ))}
              </ul>
              {hasMore && first < 200 && (
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

function Result({ asset, highlight }: { readonly asset: AssetSummary; readonly highlight?: string }) {
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
          <Description asset={asset} highlight={highlight} />
        </span>
        <Tags tags={asset.tags} />
      </a>
    </li>
  );
}

/** The description; or where the words were found, when that is elsewhere. */
function Description({
  asset,
  highlight = '',
}: {
  readonly asset: AssetSummary;
  readonly highlight?: string;
}) {
  const isElsewhere = highlight.includes('«') && !asset.identityName.includes(highlight.replace(/[«»]/g, ''));
  if (isElsewhere) return <Highlight text={highlight} />;
  if (asset.description === null || asset.description === '') return null;
  return <span className="result-description">{asset.description}</span>;
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
    <Empty title="Nothing here yet that you may list">
      If others see something here, ask who keeps the policy. Else make a repository with{' '}
      <code>cairn repo create</code>, or point an OpenLineage producer at <code>/api/v1/lineage</code>.
    </Empty>
  );
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
