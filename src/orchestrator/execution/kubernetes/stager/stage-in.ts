import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import pLimit from 'p-limit';
import { problemOfPath } from '../../file-paths.js';
import { type Door, isOfFileSystem, RefusedError, WrongBytesError } from './door.js';

const AT_ONCE = 8;

interface StagedFile {
  readonly position: number;
  readonly mount: string | null;
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

interface Page {
  readonly mounts: readonly string[];
  readonly files: readonly StagedFile[];
  readonly next?: number;
}

/** Folders that files are laid out in. */
export interface InFolders {
  readonly inputs: string;
  readonly work: string;
}

/** Fetches all files of an execution, verifies them by their SHA-256, and lays them out: inputs read-only, the others with rights to run. */
export async function stageIn(door: Door, folders: InFolders): Promise<{ files: number; bytes: number }> {
  const limit = pLimit(AT_ONCE);
  const source = { isDirect: true };
  const total = { files: 0, bytes: 0 };
  for (let after: number | undefined = 0; after !== undefined;) {
    const page: Page = await door.ask(
      'the list of files',
      `files?after=${after}`,
      () => ({}),
      (answer) => answer.json() as Promise<Page>,
    );
    for (const mount of page.mounts) await mkdir(path.join(folders.inputs, safe(mount)), { recursive: true });
    await Promise.all(page.files.map((file) => limit(() => layOut(door, source, folders, file))));
    total.files += page.files.length;
    total.bytes += page.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    after = page.next;
  }
  await closeFolders(folders.inputs, true);
  return total;
}

async function layOut(
  door: Door,
  source: { isDirect: boolean },
  folders: InFolders,
  file: StagedFile,
): Promise<void> {
  const base = file.mount === null ? folders.work : path.join(folders.inputs, safe(file.mount));
  const target = path.join(base, ...safe(file.path).split('/'));
  await mkdir(path.dirname(target), { recursive: true });
  const route = `files/${file.position}`;
  const read = (answer: Response) => receive(answer, target, file);
  const what = `${file.mount ?? 'code'}/${file.path}`;
  const isThere = source.isDirect && (await straight(door, source, { what, route }, read));
  if (!isThere) await door.ask(what, route, () => ({}), read);
  await chmod(target, file.mount === null ? 0o755 : 0o444);
}

/** Where the store cannot be reached from here, the service itself has the bytes, of this file and of all others. */
async function straight(
  door: Door,
  source: { isDirect: boolean },
  { what, route }: { readonly what: string; readonly route: string },
  read: (answer: Response) => Promise<void>,
): Promise<boolean> {
  const place = await door.placeOf(what, route, read);
  if (place === undefined) return true;
  try {
    // The object store's own address is no business of the token.
    const answer = await fetch(place, { redirect: 'error' });
    if (!answer.ok) throw new RefusedError(`HTTP ${answer.status}`);
    await read(answer);
    return true;
  } catch (error) {
    if (isOfFileSystem(error)) throw error;
    source.isDirect = false;
    return false;
  }
}

async function receive(answer: Response, target: string, { sha256, sizeBytes }: StagedFile): Promise<void> {
  const hash = createHash('sha256');
  let left = sizeBytes;
  const verified = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.length;
      hash.update(chunk);
      done(left < 0 ? new WrongBytesError('more bytes came than the file has') : null, chunk);
    },
  });
  await rm(target, { force: true });
  const body =
    answer.body === null ? Readable.from([]) : Readable.fromWeb(answer.body as ReadableStream<Uint8Array>);
  await pipeline(body, verified, createWriteStream(target, { flags: 'wx' }));
  if (left > 0 || hash.digest('hex') !== sha256)
    throw new WrongBytesError('other bytes came than were announced');
}

/** What the service says is looked at again: it is about to become a path of this machine. */
function safe(relative: string): string {
  const problem = problemOfPath(relative);
  if (problem !== undefined) throw new RefusedError(`${relative}: ${problem}`);
  return relative;
}

async function closeFolders(folder: string, isRoot = false): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await closeFolders(path.join(folder, entry.name));
  // The volume's own folder belongs to root; it is mounted read-only for the command in any case.
  if (!isRoot) await chmod(folder, 0o555);
}
