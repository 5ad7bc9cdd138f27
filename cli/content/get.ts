import path from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../exit-codes.js';
import { formatSize } from '../output/format.js';
import { fileIn, isStandardOutput } from '../output/target-file.js';
import type { Session } from '../session.js';
import { writeWaiting } from '../standard-streams.js';
import { parseRevisionAddress } from './address.js';
import { type Entry, findEntry, listEntries, resolveCommit } from './entries.js';
import { fetchFile, fetchInto } from './fetch-file.js';
import { transferAll } from './transfer.js';

/** `get REPO@REF:PATH`: each file is checked against its SHA-256 before it gets its name. */
export function addGet(program: Command, open: () => Session): void {
  program
    .command('get')
    .description('download a file, or all files below a prefix')
    .argument('<address>', 'REPO@REVISION:PATH, or REPO@REVISION:PREFIX/ for a directory')
    .option(
      '-o, --output <path>',
      'a file ("-" for standard output), or the directory to put it in or to fill',
    )
    .action(async (text: string, options: { output?: string }) => {
      const { io, output, connect } = open();
      const client = connect();
      const { repository, revision, path: source = '' } = parseRevisionAddress(text);
      const isDirectory = source === '' || source.endsWith('/');
      if (isDirectory && (options.output === undefined || isStandardOutput(options.output))) {
        throw new UsageError('-o: name the directory to fill');
      }
      const commit = await resolveCommit(client, repository, revision);
      if (isStandardOutput(options.output)) {
        const entry = await findEntry(client, repository, commit, source);
        await fetchInto(await client.download(repository, commit, source), entry, (chunk) =>
          writeWaiting(io.stdout, chunk),
        );
        return;
      }
      const entries = isDirectory
        ? await listEntries(client, repository, commit, source)
        : [await findEntry(client, repository, commit, source)];
      if (entries.length === 0) throw new UsageError(`${text}: there are no files below it`);
      const named = path.resolve(io.cwd, options.output ?? '.');
      const target = isDirectory ? named : await fileIn(named, path.posix.basename(source));
      const items = entries.map((entry) => ({
        ...entry,
        name: entry.path,
        file: isDirectory ? within(target, entry.path.slice(source.length)) : target,
      }));
      await transferAll(io, items, async ({ file, ...entry }, onBytes) => {
        await fetchFile(await client.download(repository, commit, entry.path), entry, file, onBytes);
      });
      output.result(
        {
          commit,
          files: items.map(({ path: from, sha256, sizeBytes, file }) => ({
            path: from,
            sha256,
            sizeBytes,
            file,
          })),
        },
        () => describe(entries, target),
      );
    });
}

/** A place below `directory`, whatever the service names. */
export function within(directory: string, relative: string): string {
  const file = path.resolve(directory, relative);
  if (!file.startsWith(directory + path.sep))
    throw new UsageError(`${relative}: would be written outside of ${directory}`);
  return file;
}

function describe(entries: readonly Entry[], target: string): string {
  const bytes = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return `Fetched ${entries.length} ${entries.length === 1 ? 'file' : 'files'}, ${formatSize(bytes)}, to ${target}.`;
}
