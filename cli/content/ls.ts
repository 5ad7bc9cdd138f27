import type { Command } from 'commander';
import { formatSize, formatTable, shortId } from '../output/format.js';
import type { Session } from '../session.js';
import { parseRevisionAddress } from './address.js';
import { listEntries } from './entries.js';

/** `ls REPO@REF[:PREFIX]`. */
export function addLs(program: Command, open: () => Session): void {
  program
    .command('ls')
    .description('files of a revision, by path')
    .argument('<address>', 'REPO@REVISION[:PREFIX]')
    .action(async (address: string) => {
      const { output, connect } = open();
      const { repository, revision, path = '' } = parseRevisionAddress(address);
      const entries = await listEntries(connect(), repository, revision, path);
      output.result(entries, () =>
        formatTable(
          ['size', 'sha256', 'path'],
          entries.map((entry) => [formatSize(entry.sizeBytes), shortId(entry.sha256), entry.path]),
        ),
      );
    });
}
