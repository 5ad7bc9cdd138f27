import { PREVIEW } from '../api/governance.js';
import type { TablePreview } from '../api/governance-types.js';
import { FILE_COLUMNS } from '../api/operations.js';
import type { AssetSummary } from '../api/types.js';
import { useQuery } from '../api/use-query.js';
import { navigate } from '../navigation/use-view.js';
import type { AssetView } from '../navigation/view.js';
import { Answered, Empty } from '../parts/states.js';
import { FilterNotice, MaskMark, type Obligations, useObligations } from './masked.js';

const ROWS = 50;

/** The first rows of a file of the latest commit, as the reader gets them. */
export function RowsTab({ asset, view }: { readonly asset: AssetSummary; readonly view: AssetView }) {
  const question = useQuery(FILE_COLUMNS, { id: asset.id });
  const obligations = useObligations(asset);
  return (
    <Answered question={question} what="files">
      {({ asset: { repository } }) => {
        const tables =
          repository?.entries.nodes.flatMap(({ path, profile }) =>
            profile !== null && profile.columns.length > 0 ? [path] : [],
          ) ?? [];
        const file = view.file ?? tables[0];
        if (file === undefined)
          return (
            <Empty title="No table">
              Rows of CSV, JSON and Parquet files in the latest commit are shown.
            </Empty>
          );
        return (
          <>
            <label className="file-choice">
              <span className="muted small">File</span>
              <select
                value={file}
                onChange={(event) => navigate({ ...view, tab: 'rows', file: event.target.value })}
              >
                {!tables.includes(file) && <option value={file}>{file}</option>}
                {tables.map((path) => (
                  <option key={path}>{path}</option>
                ))}
              </select>
            </label>
            <FilterNotice filters={obligations.filters} />
            <Preview asset={asset} path={file} obligations={obligations} />
          </>
        );
      }}
    </Answered>
  );
}

function Preview({
  asset,
  path,
  obligations,
}: {
  readonly asset: AssetSummary;
  readonly path: string;
  readonly obligations: Obligations;
}) {
  const question = useQuery(PREVIEW, { id: asset.id, path, first: ROWS });
  return (
    <Answered question={question} what="rows">
      {({ asset: { repository } }) => {
        const preview = repository?.entry.preview ?? null;
        if (preview === null)
          return <Empty title="No rows to show">Only CSV, JSON and Parquet files have some.</Empty>;
        return <Table path={path} preview={preview} maskOf={obligations.maskOf} />;
      }}
    </Answered>
  );
}

function Table({
  path,
  preview: { columns, rows },
  maskOf,
}: {
  readonly path: string;
  readonly preview: TablePreview;
  readonly maskOf: Obligations['maskOf'];
}) {
  const masks = columns.map(maskOf);
  return (
    <>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={`Rows of ${path}`}>
        <table className="rows">
          <thead>
            <tr>
              {columns.map((column, at) => (
                <th key={at} scope="col" className={masks[at] && 'is-masked'}>
                  {column} {masks[at] !== undefined && <MaskMark mask={masks[at]} />}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, line) => (
              <tr key={line}>
                {row.map((value, at) => (
                  <td key={at} className={masks[at] && 'is-masked'} title={value ?? undefined}>
                    {value ?? <span className="muted">–</span>}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="muted small">
        {rows.length === 0 && 'No row of it is for you, or it has none.'}
        {rows.length > 0 &&
          (rows.length < ROWS ? `${rows.length} rows, all that you see.` : `The first ${ROWS} rows.`)}
      </p>
    </>
  );
}
