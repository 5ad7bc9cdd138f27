import type { Claim } from '../api/governance-types.js';
import { CLASSIFICATIONS } from '../api/governance.js';
import { COLUMNS, FILE_COLUMNS } from '../api/operations.js';
import type { AssetSummary, Column, ProfiledFile } from '../api/types.js';
import { useQuery } from '../api/use-query.js';
import { navigate } from '../navigation/use-view.js';
import type { AssetView } from '../navigation/view.js';
import { Answered, Empty } from '../parts/states.js';
import { tagsOfColumn } from './claims.js';
import { FilterNotice, MaskMark, type Obligations, useObligations } from './masked.js';
import { TagList } from './tag-list.js';

interface ColumnsTabProps {
  readonly asset: AssetSummary;
  readonly view: AssetView;
}

/** What is known of columns beside their names. */
interface Known extends ColumnsTabProps {
  readonly claims: readonly Claim[];
  readonly mayManage: boolean;
  readonly obligations: Obligations;
}

/**
 * The columns that producers told of, or else those of the files in the latest commit; with their classifications, and which the reader
 * gets masked. A click on one shows in the graph where it came from and where it went.
 */
export function ColumnsTab({ asset, view }: ColumnsTabProps) {
  const question = useQuery(COLUMNS, { id: asset.id });
  const { answer } = useQuery(CLASSIFICATIONS, { id: asset.id });
  const obligations = useObligations(asset);
  const known: Known = {
    ...{ asset, view, obligations, claims: answer?.asset.classifications ?? [] },
    mayManage: answer?.manage.allowed ?? false,
  };
  return (
    <Answered question={question} what="columns">
      {({ asset: { columns } }) => {
        if (columns.length > 0) return <Columns columns={columns} known={known} />;
        return asset.isManaged ? <FileColumns known={known} /> : <NoColumns />;
      }}
    </Answered>
  );
}

function FileColumns({ known }: { readonly known: Known }) {
  const question = useQuery(FILE_COLUMNS, { id: known.asset.id });
  return (
    <Answered question={question} what="columns of files">
      {({ asset: { repository } }) => {
        const files =
          repository?.entries.nodes.filter(({ profile }) => profile !== null && profile.columns.length > 0) ??
          [];
        if (files.length === 0) return <NoColumns />;
        return (
          <>
            <FilterNotice filters={known.obligations.filters} />
            {files.map((file) => (
              <FileSection key={file.path} file={file} known={known} />
            ))}
          </>
        );
      }}
    </Answered>
  );
}

function FileSection({
  file: { path, profile },
  known,
}: {
  readonly file: ProfiledFile;
  readonly known: Known;
}) {
  return (
    <section className="file">
      <div className="row-head">
        <code className="breakable">{path}</code>
        {profile?.rowCount !== null && (
          <span className="muted small unbroken">{profile?.rowCount.toLocaleString('en')} rows</span>
        )}
      </div>
      <Columns
        columns={profile?.columns.map((column) => ({ ...column, description: null })) ?? []}
        known={known}
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

function Columns({ columns, known }: { readonly columns: readonly Column[]; readonly known: Known }) {
  return (
    <ul className="columns">
      {columns.map((column) => (
        <ColumnRow key={column.name} column={column} known={known} />
      ))}
    </ul>
  );
}

function ColumnRow({
  column: { name, type, description },
  known: { asset, view, claims, mayManage, obligations },
}: {
  readonly column: Column;
  readonly known: Known;
}) {
  const isPicked = name === view.column;
  const mask = obligations.maskOf(name);
  const tags = tagsOfColumn(claims, name);
  return (
    <li>
      <button
        type="button"
        className={isPicked ? 'column is-picked' : 'column'}
        aria-pressed={isPicked}
        title={isPicked ? 'Let go of the column' : 'Follow the column through the graph'}
        onClick={() => navigate({ ...view, tab: 'columns', column: isPicked ? undefined : name })}
      >
        <span className="column-name">
          {name} {mask !== undefined && <MaskMark mask={mask} />}
        </span>
        <code className="column-type">{type ?? '?'}</code>
        {description !== null && description !== '' && (
          <span className="column-description muted small">{description}</span>
        )}
      </button>
      {tags.length > 0 && (
        <div className="column-tags">
          <TagList asset={asset} view={view} column={name} tags={tags} mayManage={mayManage} />
        </div>
      )}
    </li>
  );
}
