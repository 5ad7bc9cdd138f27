import { FACETS } from '../api/operations.js';
import type { AssetSummary } from '../api/types.js';
import { useQuery } from '../api/use-query.js';
import { Answered, Empty } from '../parts/states.js';

/** What producers last said of the asset, as they said it. */
export function FacetsTab({ asset }: { readonly asset: AssetSummary }) {
  const question = useQuery(FACETS, { id: asset.id });
  return (
    <Answered question={question} what="facets">
      {({ asset: { facets } }) => {
        const names = Object.keys(facets).sort();
        if (names.length === 0)
          return <Empty title="No facets">No producer has described this asset yet.</Empty>;
        return names.map((name) => (
          <details key={name} className="facet-body">
            <summary>{name}</summary>
            <pre>{JSON.stringify(facets[name], undefined, 2)}</pre>
          </details>
        ));
      }}
    </Answered>
  );
}
