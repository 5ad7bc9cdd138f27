import { COLUMNS, FILE_COLUMNS } from '../api/operations.js';
import type { AssetSummary, Column, ProfiledFile } from '../api/types.js';
import { useQuery } from '../api/use-query.js';
import { navigate } from '../navigation/use-view.js';
import type { AssetView } from '../navigation/view.js';
import { Answered, Empty } from '../parts/states.js';

interface ColumnsTabProps {
  readonly asset: AssetSummary;
  readonly view: AssetView;
}

/**
 * The columns that producers told of, or else those of the files in the latest commit. A click on one shows in the graph where it came
 * from and where it went.
 */
export function ColumnsTab({ asset, view }: ColumnsTabProps) {
  const question = useQuery(COLUMNS, { id: asset.id });
  return (
    <Answered question={question} what="columns">
      {({ asset: { columns } }) => {
        if (columns.length > 0) return <Columns columns={columns} view={view} />;
        return asset.isManaged ? <FileColumns asset={asset} view={view} /> : <NoColumns />;
      }}
    </Answered>
  );
}

function FileColumns({ asset, view }: ColumnsTabProps) {
  const question = useQuery(FILE_COLUMNS, { id: asset.id });
  return (
    <Answered question={question} what="columns of files">
      {({ asset: { repository } }) => {
        const files =
          repository?.entries.nodes.filter(({ profile }) => profile !== null && profile.columns.length > 0) ??
          [];
        if (files.length === 0) return <NoColumns />;
        return files.map((file) => <FileSection key={file.path} file={file} view={view} />);
      }}
    </Answered>
  );
}

function FileSection({
  file: { path, profile },
  view,
}: {
  readonly file: ProfiledFile;
  readonly view: AssetView;
}) {
  return (
    <section className="file">
      <div className="row-head">
        <code className="breakable">{path}</code>
        {profile?.rowCount !== null && (
          <span className="muted small">{profile?.rowCount.toLocaleString('en')} rows</span>
        )}
      </div>
      <Columns
        columns={profile?.columns.map((column) => ({ ...column, description: null })) ?? []}
        view={view}
      />
    </section>
  );
}

function NoColumns() {
  return (
    <Empty title="No columns known">
      They come from the schema that a producer reports, or from a tabular file in the latest commit.
    </Empty>
  );
}

function Columns({ columns, view }: { readonly columns: readonly Column[]; readonly view: AssetView }) {
  return (
    <ul className="columns">
      {columns.map(({ name, type, description }) => {
        const isPicked = name === view.column;
        return (
          <li key={name}>
            <button
              type="button"
              className={isPicked ? 'column is-picked' : 'column'}
              aria-pressed={isPicked}
              title={isPicked ? 'Let go of the column' : 'Follow the column through the graph'}
              onClick={() => navigate({ ...view, tab: 'columns', column: isPicked ? undefined : name })}
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
  );
}
