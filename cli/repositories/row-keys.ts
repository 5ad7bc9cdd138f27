import type { Command } from 'commander';
import { UsageError } from '../exit-codes.js';
import { formatTable } from '../output/format.js';
import type { Session } from '../session.js';

interface RowKeyRule {
  readonly pattern: string;
  readonly columns: readonly string[];
  readonly isAppendOnly: boolean;
}

const FIELDS = 'rowKeys { pattern columns isAppendOnly }';

/** `repo row-keys`. */
export function addRowKeys(repo: Command, open: () => Session): void {
  // One list for both options: of several rules that match a path the first counts.
  const rules: object[] = [];
  repo
    .command('row-keys')
    .description('by which keys files merge row by row; without options those that are set')
    .argument('<repo>')
    .option(
      '--key <pattern=columns>',
      'rows of these files are told apart by columns, e.g. *.csv=id,day',
      (text) => rules.push(parseKey(text)),
    )
    .option('--append <pattern>', 'where both sides only appended rows, keep both', (pattern) =>
      rules.push({ pattern, isAppendOnly: true }),
    )
    .option('--clear', 'merge all files as wholes')
    .addHelpText('after', '\nThe options replace all rules that are set, in the order given.')
    .action(async (repository: string, { clear = false }: { clear?: boolean }) => {
      if (clear && rules.length > 0) throw new UsageError('--clear takes no rules beside it');
      const { output, connect } = open();
      const found =
        clear || rules.length > 0
          ? (
              await connect().ask<{ setRowKeys: { rowKeys: RowKeyRule[] } }>(
                `mutation SetRowKeys($input: SetRowKeysInput!) { setRowKeys(input: $input) { ${FIELDS} } }`,
                { input: { repository, rules } },
              )
            ).setRowKeys
          : (
              await connect().ask<{ repository: { rowKeys: RowKeyRule[] } }>(
                `query RowKeys($name: String!) { repository(name: $name) { ${FIELDS} } }`,
                { name: repository },
              )
            ).repository;
      output.result(found.rowKeys, () => describe(found.rowKeys));
    });
}

/** The last `=` parts: a pattern may have one, a name of a column seldom. */
function parseKey(text: string): object {
  const at = text.lastIndexOf('=');
  if (at <= 0 || at === text.length - 1) {
    throw new UsageError(`--key: must be PATTERN=COLUMN,COLUMN, got ${JSON.stringify(text)}`);
  }
  return { pattern: text.slice(0, at), columns: text.slice(at + 1).split(',') };
}

function describe(rules: readonly RowKeyRule[]): string {
  if (rules.length === 0) return 'All files merge as wholes.';
  return formatTable(
    ['files', 'rows'],
    rules.map(({ pattern, columns, isAppendOnly }) => [
      pattern,
      isAppendOnly ? 'appended' : columns.join(', '),
    ]),
  );
}
