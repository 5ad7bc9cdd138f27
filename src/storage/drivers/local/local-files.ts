import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isNativeError } from 'node:util/types';

import { StorageFullError } from '../../errors.js';

const STALE_AFTER_MS = 24 * 60 * 60 * 1000;

/** Disk full, quota used up, or larger than the file system or `ulimit -f` allows for one file. */
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** The system's name for an error, such as `ENOENT`; `undefined` for errors that are not the system's. */
export function errnoOf(error: unknown): string | undefined {
  return isNativeError(error) && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Gives a full disk its name; every other error stays as it is. */
export function fullOr(error: unknown, location: string): unknown {
  return FULL.has(errnoOf(error) ?? '') ? new StorageFullError(location, { cause: error }) : error;
}

/** A name no other process uses, telling whose it is. */
export function temporaryName(): string {
  return `${hostname()}.${process.pid}.${randomUUID()}`;
}

/** Makes the names in a directory survive a power cut. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes the 256 folders `00` … `ff` durably, so that no put has to. */
export async function makeFolders(directory: string): Promise<void> {
  const missing = new Set(Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0')));
  for (const name of await readdir(directory)) missing.delete(name);
  for (const name of missing) await mkdir(join(directory, name), { recursive: true });
  if (missing.size > 0) await syncDirectory(directory);
}

/**
 * Writes all chunks to a new read-only file and makes its content durable. On any failure the file is gone.
 * @returns what `finish` returned; it runs after the last chunk, while the file can still be given up
 */
export async function writeDurably<T>(
  file: string,
  chunks: AsyncIterable<Uint8Array>,
  finish: () => T,
): Promise<T> {
  const handle = await open(file, 'wx', 0o444);
  try {
    try {
      for await (const chunk of chunks) await handle.writeFile(chunk);
      const result = finish();
      await handle.sync();
      return result;
    } finally {
      await handle.close();
    }
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

/**
 * Removes what writers left behind that are certainly gone: dead processes of this host, and an earlier process with
 * this one's id (in a container every start may have the same). Files of other hosts, which may share the directory,
 * go after a day.
 */
export async function removeStale(directory: string): Promise<void> {
  const startedAtMs = Date.now() - process.uptime() * 1000;
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const found = await stat(path).catch((error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (found === undefined) continue;
    const [, pid, , ...rest] = name.slice(hostname().length).split('.');
    const isOfThisHost = name.startsWith(`${hostname()}.`) && pid !== undefined && rest.length === 0;
    const isStale = isOfThisHost
      ? Number(pid) === process.pid
        ? found.mtimeMs < startedAtMs
        : !isAlive(Number(pid))
      : found.mtimeMs < Date.now() - STALE_AFTER_MS;
    if (isStale) await rm(path, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, but is another user's.
    return errnoOf(error) === 'EPERM';
  }
}
