import { COLUMNS } from '../api/operations.js';
import type { AssetSummary } from '../api/types.js';
import { useQuery } from '../api/use-query.js';
import { navigate } from '../navigation/use-view.js';
import type { AssetView } from '../navigation/view.js';
import { Answered, Empty } from '../parts/states.js';

/** The columns; a click on one shows in the graph where it came from and where it went. */
export function ColumnsTab({ asset, view }: { readonly asset: AssetSummary; readonly view: AssetView }) {
  const question = useQuery(COLUMNS, { id: asset.id });
  return (
    <Answered question={question} what="columns">
      {({ asset: { columns } }) =>
        columns.length === 0 ? (
          <Empty title="No columns known">
            They come from the schema that a producer reports, or from the latest commit of a tabular file.
          </Empty>
        ) : (
          <>
            <p className="muted small">{columns.length} columns. Pick one to follow it through the graph.</p>
            <ul className="columns">
              {columns.map(({ name, type, description }) => {
                const isPicked = name === view.column;
                return (
                  <li key={name}>
                    <button
                      type="button"
                      className={isPicked ? 'column is-picked' : 'column'}
                      aria-pressed={isPicked}
                      onClick={() =>
                        navigate({ ...view, tab: 'columns', column: isPicked ? undefined : name })
                      }
                    >
                      <span className="column-name">{name}</span>
                      <code className="column-type">{type ?? '?'}</code>
                      {description !== null && description !== '' && (
                        <span className="column-description muted small">{description}</span>
                      )}
                    </button>
                  </li>
                );
              })}
            </ul>
          </>
        )
      }
    </Answered>
  );
}
