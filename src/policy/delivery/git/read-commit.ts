import { BUNDLE_LIMITS } from '../../bundle/read-bundle-directory.js';
import { PolicyBundleError } from '../../bundle/policy-bundle-error.js';
import { Problems } from '../../bundle/problems.js';
import { MANIFEST_LIMIT } from '../signing/manifest.js';
import { isPassedOver, type RawFile } from '../sift-files.js';
import type { Git } from './git.js';

interface Entry {
  readonly mode: string;
  readonly id: string;
  readonly sizeBytes: number;
  /** Within the folder. */
  readonly path: string;
}

const REGULAR = /^100(?:644|755)$/;
const MAX_ENTRIES = 2_000;
const MAX_BYTES = BUNDLE_LIMITS.bundleBytes + 2 * MANIFEST_LIMIT;

/**
 * Reads the files of a folder of a commit from git's objects. Sizes are looked at before anything is read; links are refused, so that
 * nothing but what is in the commit is read.
 * @param folder in the repository, `.` for all of it
 * @throws {PolicyBundleError} when what is there can be no policy
 */
export async function readCommit(git: Git, commit: string, folder: string): Promise<RawFile[]> {
  const within = folder === '.' ? [] : ['--', folder];
  const listing = await git.run('ls-tree', '-r', '-z', '--long', '--full-tree', commit, ...within);
  const cut = folder === '.' ? 0 : folder.length + 1;
  const entries = listing
    .toString('utf8')
    .split('\0')
    .filter(Boolean)
    .map((line) => parseEntry(line, cut));
  const wanted = entries.filter(({ path }) => !isPassedOver(path));
  refuse(entries.length === 0, '', `there is no folder ${folder} in commit ${commit}`);
  refuse(entries.length > MAX_ENTRIES, '', `the folder has more than ${MAX_ENTRIES} files`);
  const links = new Problems();
  for (const { path: file } of wanted.filter(({ mode }) => !REGULAR.test(mode)))
    links.add({ file, line: 0 }, 'file', 'is a link or a submodule, and must be a file');
  links.throwIfAny();
  const bytes = wanted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  refuse(bytes > MAX_BYTES, '', `the folder has more than ${MAX_BYTES} bytes`);
  const input = wanted.map(({ id }) => `${id}\n`).join('');
  const { stdout } = await git.ask(['cat-file', '--batch'], { okCodes: [0], input });
  return contentsOf(stdout, wanted);
}

/** `100644 blob ID SIZE\tPATH`, with blanks before the size. */
function parseEntry(line: string, cut: number): Entry {
  const tab = line.indexOf('\t');
  const [mode, , id, size] = line.slice(0, tab).split(/ +/);
  return { mode: mode!, id: id!, sizeBytes: Number(size) || 0, path: line.slice(tab + 1).slice(cut) };
}

/** `ID blob SIZE\n` and the bytes and a newline, for each. */
function contentsOf(output: Buffer, entries: readonly Entry[]): RawFile[] {
  let at = 0;
  return entries.map(({ path, sizeBytes }) => {
    const start = output.indexOf('\n', at) + 1;
    at = start + sizeBytes + 1;
    return { path, bytes: output.subarray(start, start + sizeBytes) };
  });
}

function refuse(isWrong: boolean, file: string, message: string): void {
  if (isWrong) throw new PolicyBundleError([{ file, line: 0, rule: 'file', message }]);
}
