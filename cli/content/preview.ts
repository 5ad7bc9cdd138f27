import type { Command } from 'commander';
import { UsageError } from '../exit-codes.js';
import { wholeNumber } from '../output/arguments.js';
import { formatTable } from '../output/format.js';
import type { Session } from '../session.js';
import { parseRevisionAddress } from './address.js';

/** The first rows of a file; null where there is no value. */
interface Preview {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

const QUERY = `query Preview($name: String!, $revision: String!, $path: String!, $first: Int!) {
  repository(name: $name) { entry(revision: $revision, path: $path) { preview(first: $first) { columns rows } } }
}`;

/** `preview REPO@REF:PATH`: the first rows as the caller gets them, masked and filtered. */
export function addPreview(program: Command, open: () => Session): void {
  program
    .command('preview')
    .description('the first rows of a CSV, JSON or Parquet file')
    .argument('<address>', 'REPO@REVISION:PATH')
    .option('-n, --rows <rows>', 'how many, 1–200', wholeNumber('--rows', 1, 200), 20)
    .action(async (address: string, { rows: first }: { rows: number }) => {
      const { output, connect } = open();
      const { repository: name, revision, path } = parseRevisionAddress(address);
      if (path === undefined) throw new UsageError(`${address}: name a file, as REPO@REVISION:PATH`);
      const { repository } = await connect().ask<{ repository: { entry: { preview: Preview | null } } }>(
        QUERY,
        {
          ...{ name, revision, path, first },
        },
      );
      const { preview } = repository.entry;
      if (preview === null) throw new UsageError(`${address}: is no CSV, JSON or Parquet file`);
      output.result(preview, () =>
        formatTable(
          preview.columns,
          preview.rows.map((row) => row.map((value) => value ?? '')),
        ),
      );
    });
}
