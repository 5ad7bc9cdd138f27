import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../exit-codes.js';

/** A file of this machine and the path it gets in the repository. */
export interface LocalFile {
  readonly file: string;
  readonly target: string;
  readonly sizeBytes: number;
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.json': 'application/json',
  '.jsonl': 'application/x-ndjson',
  '.md': 'text/markdown',
  '.onnx': 'application/x-onnx',
  '.parquet': 'application/vnd.apache.parquet',
  '.txt': 'text/plain',
};

/** The media type that a file's name tells, if any. */
export function mediaTypeOf(file: string): string | undefined {
  return MEDIA_TYPES[path.extname(file).toLowerCase()];
}

/** `prefix` and `name` as one path of a repository. */
export function joinTarget(prefix: string, name: string): string {
  return [...prefix.split('/'), ...name.split(path.sep)]
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

/**
 * Finds the files to put. A directory keeps its own name below the prefix, unless it is given with a slash at its end or as `.`.
 * Links inside directories are not followed.
 * @param prefix path in the repository, may be empty
 * @returns by target
 * @throws {UsageError} when nothing is there, or two files would get the same path
 */
export async function findLocalFiles(
  cwd: string,
  sources: readonly string[],
  prefix: string,
): Promise<LocalFile[]> {
  const found: LocalFile[] = [];
  for (const source of sources) {
    const start = path.resolve(cwd, source);
    const stats = await stat(start).catch(() => {
      throw new UsageError(`${source}: there is no such file or directory`);
    });
    if (!stats.isDirectory()) {
      found.push({ file: start, target: joinTarget(prefix, path.basename(start)), sizeBytes: stats.size });
      continue;
    }
    const isContentOnly = /(^|[/\\])\.{0,2}$/.test(source);
    const below = isContentOnly ? prefix : joinTarget(prefix, path.basename(start));
    for (const item of await readdir(start, { recursive: true, withFileTypes: true })) {
      if (!item.isFile()) continue;
      const file = path.join(item.parentPath, item.name);
      found.push({
        file,
        target: joinTarget(below, path.relative(start, file)),
        sizeBytes: (await stat(file)).size,
      });
    }
  }
  if (found.length === 0) throw new UsageError(`${sources.join(', ')}: there are no files in it`);
  found.sort((a, b) => (a.target < b.target ? -1 : 1));
  const twice = found.find(({ target }, at) => target === found[at + 1]?.target);
  if (twice !== undefined)
    throw new UsageError(
      `${twice.target}: two of the files would get this path; put them one by one with --to`,
    );
  return found;
}

/** The SHA-256 of a file, as hex digits. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
