import path from 'node:path';
import type { Command } from 'commander';
import { listEntries } from '../content/entries.js';
import { fetchFile } from '../content/fetch-file.js';
import { within } from '../content/get.js';
import { transferAll } from '../content/transfer.js';
import { formatSize } from '../output/format.js';
import type { Session } from '../session.js';
import { findVersion } from './model-version.js';

/** `models card|download`. */
export function addContents(models: Command, open: () => Session): void {
  models
    .command('card')
    .description('the model card of a version, in Markdown')
    .argument('<name>')
    .argument('<version>', 'a number, or @ALIAS')
    .action(async (name: string, version: string) => {
      const { output, connect } = open();
      const found = await findVersion<{ card: string }>(connect(), name, version, 'card');
      output.result({ model: found.model, number: found.number, card: found.card }, found.card.trimEnd());
    });

  models
    .command('download')
    .description('download all files of a version; each is checked against its SHA-256')
    .argument('<name>')
    .argument('<version>', 'a number, or @ALIAS')
    .requiredOption('-o, --output <path>', 'the directory to fill')
    .action(async (name: string, version: string, options: { output: string }) => {
      const { io, output, connect } = open();
      const client = connect();
      const { repository, commitId, path: folder, number } = await findVersion(client, name, version);
      const prefix = folder === '' ? '' : `${folder}/`;
      const entries = await listEntries(client, repository.name, commitId, prefix);
      const target = path.resolve(io.cwd, options.output);
      const items = entries.map((entry) => ({
        ...{ ...entry, name: entry.path },
        file: within(target, entry.path.slice(prefix.length)),
      }));
      await transferAll(io, items, async ({ file, ...entry }, onBytes) => {
        await fetchFile(await client.download(repository.name, commitId, entry.path), entry, file, onBytes);
      });
      const bytes = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      output.result(
        {
          ...{ model: name, number, commit: commitId },
          files: items.map(({ path: from, sha256, sizeBytes, file }) => ({
            path: from,
            sha256,
            sizeBytes,
            file,
          })),
        },
        `Fetched version ${number} of ${name}: ${entries.length} ${entries.length === 1 ? 'file' : 'files'}, ${formatSize(bytes)}, to ${target}.`,
      );
    });
}
