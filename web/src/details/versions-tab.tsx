import { VERSIONS } from '../api/operations.js';
import type { AssetSummary, Commit, Ref, RepositoryDetails } from '../api/types.js';
import { useQuery } from '../api/use-query.js';
import { navigate } from '../navigation/use-view.js';
import type { AssetView } from '../navigation/view.js';
import { ago, shortId, when } from '../parts/format.js';
import { Answered, Empty } from '../parts/states.js';
import { CommitDiff } from './commit-diff.js';

/** Branches, tags and commits of what Cairn versions; the versions that producers told of what it does not. */
export function VersionsTab({ asset, view }: { readonly asset: AssetSummary; readonly view: AssetView }) {
  const question = useQuery(VERSIONS, { id: asset.id });
  return (
    <Answered question={question} what="versions">
      {({ asset: { repository, versions } }) => {
        if (repository !== null) return <Repository repository={repository} view={view} />;
        if (versions.length === 0) return <Empty title="No versions known" />;
        return (
          <ul className="cards">
            {versions.map(({ version, seenAt, runId }) => (
              <li key={version} className="card-row">
                <div className="row-head">
                  <code className="breakable">{version}</code>
                  <time className="muted small" dateTime={seenAt} title={when(seenAt)}>
                    {ago(seenAt)}
                  </time>
                </div>
                {runId !== null && <div className="small muted">run {runId}</div>}
              </li>
            ))}
          </ul>
        );
      }}
    </Answered>
  );
}

function Repository({
  repository,
  view,
}: {
  readonly repository: RepositoryDetails;
  readonly view: AssetView;
}) {
  const commits = repository.log.nodes;
  const compare = view.compare ?? { from: commits[1]?.id ?? '', to: commits[0]?.id ?? '' };
  const choose = (changed: Partial<typeof compare>): void =>
    navigate({ ...view, tab: 'versions', compare: { ...compare, ...changed } });
  return (
    <>
      <section>
        <h2>Branches and tags</h2>
        <ul className="refs">
          {repository.branches.nodes.map((ref) => (
            <RefChip key={ref.name} sort="branch" reference={ref} />
          ))}
          {repository.tags.nodes.map((ref) => (
            <RefChip key={ref.name} sort="tag" reference={ref} />
          ))}
        </ul>
      </section>
      {commits.length > 1 && (
        <section>
          <h2>Compare</h2>
          <div className="compare">
            <CommitSelect
              label="From"
              value={compare.from}
              commits={commits}
              onChange={(from) => choose({ from })}
            />
            <CommitSelect label="To" value={compare.to} commits={commits} onChange={(to) => choose({ to })} />
          </div>
          {view.compare !== undefined ? (
            <CommitDiff repository={repository.name} from={view.compare.from} to={view.compare.to} />
          ) : (
            <button type="button" className="button" onClick={() => choose({})}>
              Show what changed
            </button>
          )}
        </section>
      )}
      <section>
        <h2>Commits on {repository.defaultBranch}</h2>
        {commits.length === 0 && <p className="muted">None yet.</p>}
        <ul className="cards">
          {commits.map(({ id, message, author, committedAt }) => (
            <li key={id} className="card-row">
              <div className="row-head">
                <span className="commit-message">{message}</span>
                <code>{shortId(id)}</code>
              </div>
              <div className="small muted">
                {author} · <time title={when(committedAt)}>{ago(committedAt)}</time>
              </div>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function RefChip({ sort, reference }: { readonly sort: 'branch' | 'tag'; readonly reference: Ref }) {
  return (
    <li className={`ref is-${sort}`} title={`${sort} at ${reference.commitId}`}>
      {reference.name}
      {reference.isProtected && <span className="muted small"> protected</span>}{' '}
      <code>{shortId(reference.commitId)}</code>
    </li>
  );
}

interface CommitSelectProps {
  readonly label: string;
  readonly value: string;
  readonly commits: readonly Commit[];
  readonly onChange: (id: string) => void;
}

function CommitSelect({ label, value, commits, onChange }: CommitSelectProps) {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {!commits.some(({ id }) => id === value) && <option value={value}>{value}</option>}
        {commits.map(({ id, message }) => (
          <option key={id} value={id}>
            {shortId(id)} {message.slice(0, 40)}
          </option>
        ))}
      </select>
    </label>
  );
}
