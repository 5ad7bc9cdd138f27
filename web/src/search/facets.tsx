import type { Facet } from '../api/types.js';
import { linkTo } from '../navigation/use-view.js';
import type { SearchView } from '../navigation/view.js';

const TITLES = [
  ['kind', 'Kind'],
  ['tag', 'Classification'],
  ['namespace', 'Namespace'],
] as const;

/** Values and, of a search, counts by kind, classification and namespace; a click narrows the results, a second one widens them again. */
export function Facets({ view, facets }: { readonly view: SearchView; readonly facets: readonly Facet[] }) {
  return (
    <nav className="facets" aria-label="Narrow the results">
      {TITLES.map(([name, title]) => {
        const chosen = view[name];
        const found = facets.find((facet) => facet.name === name)?.values ?? [];
        const values =
          chosen === undefined || found.some(({ value }) => value === chosen)
            ? found
            : [{ value: chosen }, ...found];
        if (values.length === 0) return null;
        return (
          <section key={name}>
            <h2>{title}</h2>
            <ul>
              {values.map(({ value, count }) => {
                const isChosen = value === chosen;
                return (
                  <li key={value}>
                    <a
                      {...linkTo({ ...view, [name]: isChosen ? undefined : value })}
                      className={isChosen ? 'facet is-chosen' : 'facet'}
                      aria-current={isChosen ? 'true' : undefined}
                    >
                      <span>{value}</span>
                      {count !== undefined && <span className="count">{count}</span>}
                    </a>
                  </li>
                );
              })}
            </ul>
          </section>
        );
      })}
    </nav>
  );
}
