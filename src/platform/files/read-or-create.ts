import { randomUUID } from 'node:crypto';
import { constants, copyFile, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What file systems answer that have no hard links. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);

/**
 * What is in a file that is made once, by whoever needs it first. It is there whole or not at all: a disk that is full leaves no empty one
 * behind, and nobody reads one that is being written.
 * @param content for a new one, which only its owner may read; of several who make it at the same time, that of one counts
 */
export async function readOrCreate(file: string, content: string): Promise<string> {
  const present = await readFile(file, 'utf8').catch(unless('ENOENT'));
  if (present !== undefined) return present;
  await mkdir(path.dirname(file), { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, content, { flag: 'wx', mode: 0o600, flush: true });
    await publish(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(file, 'utf8');
}

async function publish(draft: string, file: string): Promise<void> {
  try {
    await link(draft, file);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (NO_LINKS.has(code)) await copyFile(draft, file, constants.COPYFILE_EXCL).catch(unless('EEXIST'));
    else if (code !== 'EEXIST') throw error;
  }
}

function unless(expected: string): (error: NodeJS.ErrnoException) => undefined {
  return (error) => {
    if (error.code !== expected) throw error;
    return undefined;
  };
}
