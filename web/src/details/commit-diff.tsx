import { DIFF } from '../api/operations.js';
import type { PathChange, ProfileChange } from '../api/types.js';
import { useQuery } from '../api/use-query.js';
import { rowChange } from '../parts/format.js';
import { Answered } from '../parts/states.js';

const SIGNS = { added: '+', removed: '−', modified: '~' } as const;

/** What changed between two revisions: paths, columns, rows. */
export function CommitDiff({
  repository,
  from,
  to,
}: {
  readonly repository: string;
  readonly from: string;
  readonly to: string;
}) {
  const question = useQuery(DIFF, { name: repository, from, to });
  return (
    <Answered question={question} what="the difference">
      {({ repository: { diff } }) =>
        diff.nodes.length === 0 ? (
          <p className="muted">Nothing differs.</p>
        ) : (
          <ul className="cards">
            {diff.nodes.map((change) => (
              <Change key={change.path} change={change} />
            ))}
            {diff.pageInfo.hasNextPage && (
              <li className="muted small">Only the first {diff.nodes.length} paths are shown.</li>
            )}
          </ul>
        )
      }
    </Answered>
  );
}

function Change({ change: { path, type, profileChange } }: { readonly change: PathChange }) {
  return (
    <li className="card-row">
      <div className="row-head">
        <span>
          <span className={`sign is-${type}`} aria-label={type}>
            {SIGNS[type]}
          </span>{' '}
          <code className="breakable">{path}</code>
        </span>
        {profileChange?.isBreaking === true && <span className="tag is-sensitive">breaking</span>}
      </div>
      {profileChange !== null && <Profile change={profileChange} />}
    </li>
  );
}

function Profile({ change }: { readonly change: ProfileChange }) {
  return (
    <ul className="profile-change small">
      {(change.rowCountBefore !== null || change.rowCountAfter !== null) && (
        <li>{rowChange(change.rowCountBefore, change.rowCountAfter)} rows</li>
      )}
      {change.addedColumns.map((name) => (
        <li key={`+${name}`}>
          <span className="sign is-added">+</span> {name}
        </li>
      ))}
      {change.removedColumns.map((name) => (
        <li key={`-${name}`}>
          <span className="sign is-removed">−</span> {name}
        </li>
      ))}
      {change.changedColumns.map(({ name, before, after }) => (
        <li key={`~${name}`}>
          <span className="sign is-modified">~</span> {name}: {before ?? '?'} → {after ?? '?'}
        </li>
      ))}
    </ul>
  );
}
