import { createWriteStream } from 'node:fs';
import { chmod, chown, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { MountRefusedError } from '../errors.js';
import type { Mount, MountedFile } from '../execution-driver.js';
import { problemOfPath } from '../file-paths.js';

/** Writes the files of all mounts: named ones read-only under `inputs/`, the nameless one into `code/`, which `user` owns. */
export async function layOut(
  folder: string,
  mounts: readonly Mount[],
  user: { readonly uid: number; readonly gid: number } | undefined,
): Promise<void> {
  for (const mount of mounts) {
    const base =
      mount.name === undefined ? path.join(folder, 'code') : path.join(folder, 'inputs', mount.name);
    await mkdir(base, { recursive: true });
    for await (const file of mount.files) await writeFile(base, mount.name ?? 'code', file);
  }
  await setModes(path.join(folder, 'inputs'), { file: 0o444, folder: 0o555 });
  await setModes(path.join(folder, 'code'), { file: 0o755, folder: 0o755, user });
}

/** Removes a folder and all in it, also read-only folders. One that is not there, or that another removes meanwhile, is no error. */
export async function removeTree(folder: string): Promise<void> {
  try {
    await setModes(folder, { folder: 0o755 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

async function writeFile(base: string, mount: string, file: MountedFile): Promise<void> {
  const problem = problemOfPath(file.path);
  if (problem !== undefined) throw new MountRefusedError(mount, file.path, problem);
  const target = path.join(base, ...file.path.split('/'));
  try {
    await mkdir(path.dirname(target), { recursive: true });
    await pipeline(await file.open(), createWriteStream(target, { flags: 'wx' }));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // ENOTDIR, EEXIST: one path is a file and a folder, as object stores allow; ENAMETOOLONG: all of it is too long for this file system.
    if (code === 'ENOTDIR' || code === 'EEXIST' || code === 'EISDIR' || code === 'ENAMETOOLONG') {
      throw new MountRefusedError(mount, file.path, message);
    }
    throw error;
  }
}

interface Modes {
  readonly file?: number;
  readonly folder: number;
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** Folders on the way down are opened first and set last, so that both directions work without being root. */
async function setModes(folder: string, modes: Modes): Promise<void> {
  const isThere = await chmod(folder, 0o755).then(
    () => true,
    () => false,
  );
  if (!isThere) return;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const at = path.join(folder, entry.name);
    if (entry.isDirectory()) await setModes(at, modes);
    else if (entry.isFile()) await setFile(at, modes);
  }
  if (modes.user) await chown(folder, modes.user.uid, modes.user.gid);
  await chmod(folder, modes.folder);
}

async function setFile(file: string, { file: mode, user }: Modes): Promise<void> {
  if (mode !== undefined) await chmod(file, mode);
  if (user) await chown(file, user.uid, user.gid);
}
