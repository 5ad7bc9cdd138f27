import type { Command } from 'commander';
import pLimit from 'p-limit';
import { UsageError } from '../exit-codes.js';
import { formatSize, shortId } from '../output/format.js';
import type { Session } from '../session.js';
import { commitChanges } from './commit-changes.js';
import { findLocalFiles, hashFile, mediaTypeOf } from './local-files.js';
import { stageChanges } from '../staging/stage-changes.js';
import { uploadAll } from './upload.js';

/** As many as the service takes in one request. */
const MAX_FILES = 10_000;

const HASHED_AT_ONCE = 4;

interface PutOptions {
  readonly to: string;
  readonly message?: string;
  readonly expectedHead?: string;
}

/** `put REPO BRANCH LOCALPATH…`: everything is uploaded first, then it is staged, or with a message committed at once. */
export function addPut(program: Command, open: () => Session): void {
  program
    .command('put')
    .description(
      'upload files and directories: staged for the next commit, or with a message committed at once',
    )
    .argument('<repo>')
    .argument('<branch>')
    .argument('<localpath...>', 'a directory keeps its name, unless it ends in "/"')
    .option('--to <prefix>', 'where in the repository they go', '')
    .option('--expected-head <commit>', 'refuse when the branch is not at this commit')
    .option('-m, --message <text>', 'what changed; without it the files are staged')
    .action(async (repository: string, branch: string, sources: string[], options: PutOptions) => {
      const { io, output, connect } = open();
      const client = connect();
      const files = await findLocalFiles(io.cwd, sources, options.to);
      if (options.message !== undefined && files.length > MAX_FILES)
        throw new UsageError(
          `${files.length} files are too many to be committed at once; leave out the message, then run cairn commit ${repository} ${branch} -m TEXT`,
        );
      const limit = pLimit(HASHED_AT_ONCE);
      const items = await Promise.all(
        files.map((each) =>
          limit(async () => ({ ...each, name: each.target, sha256: await hashFile(each.file) })),
        ),
      );
      const sent = await uploadAll(io, client, repository, items);
      const changes = items.map(({ target, sha256, file }) => ({
        ...{ path: target, sha256, contentType: mediaTypeOf(file) },
      }));
      const { message, expectedHead } = options;
      if (message === undefined) {
        await stageChanges(client, repository, branch, changes);
        return output.result(
          { changes },
          `Staged ${files.length} ${files.length === 1 ? 'file' : 'files'} on ${repository}@${branch}. Next: cairn commit ${repository} ${branch} -m TEXT`,
        );
      }
      const commit = await commitChanges(client, { repository, branch, message, expectedHead, changes });
      const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      output.result({ commit, changes }, () => {
        const what = `${files.length} ${files.length === 1 ? 'file' : 'files'}, ${formatSize(bytes)}`;
        const held = sent === files.length ? '' : ` (${files.length - sent} were there already)`;
        return `Committed ${shortId(commit.id)} to ${repository}@${branch}: ${what}${held}.`;
      });
    });
}
