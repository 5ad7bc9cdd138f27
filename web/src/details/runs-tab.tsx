import { RUNS } from '../api/operations.js';
import type { AssetSummary, LineageRun } from '../api/types.js';
import { useQuery } from '../api/use-query.js';
import { ago, duration, when } from '../parts/format.js';
import { Answered, Empty } from '../parts/states.js';
import { State } from './overview-tab.js';

/** The latest runs of a job. */
export function RunsTab({ asset }: { readonly asset: AssetSummary }) {
  const question = useQuery(RUNS, { id: asset.id });
  return (
    <Answered question={question} what="runs">
      {({ asset: { runs } }) =>
        runs.nodes.length === 0 ? (
          <Empty title="No runs yet" />
        ) : (
          <ul className="cards">
            {runs.nodes.map((run) => (
              <Run key={run.id} run={run} />
            ))}
          </ul>
        )
      }
    </Answered>
  );
}

function Run({ run: { id, state, startedAt, endedAt } }: { readonly run: LineageRun }) {
  return (
    <li className="card-row">
      <div className="row-head">
        <State state={state} />
        {startedAt !== null && (
          <time className="muted small" dateTime={startedAt} title={when(startedAt)}>
            {ago(startedAt)}
          </time>
        )}
      </div>
      <div className="small muted">
        <code>{id}</code>
        {startedAt !== null && endedAt !== null && (
          <span className="unbroken"> · {duration(Date.parse(endedAt) - Date.parse(startedAt))}</span>
        )}
      </div>
    </li>
  );
}
