import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import pLimit from 'p-limit';
import type { Door } from './door.js';

const AT_ONCE = 4;
/** Beyond what the service takes; it says so. */
const MAX_FILES = 10_001;

interface Refusal {
  readonly path: string;
  readonly reason: string;
}

interface Sent {
  readonly path: string;
  readonly sha256: string;
}

/** Sends all that a command left, and says so, or says what of it cannot be sent. */
export async function stageOut(
  door: Door,
  folder: string,
): Promise<{ files: number } | { refused: Refusal }> {
  const found = await regularFiles(folder, '');
  if ('refused' in found) {
    await close(door, found);
    return found;
  }
  const limit = pLimit(AT_ONCE);
  const files = await Promise.all(found.paths.map((file) => limit(() => send(door, folder, file))));
  await close(door, { files });
  return { files: files.length };
}

async function close(door: Door, closing: { files: readonly Sent[] } | { refused: Refusal }): Promise<void> {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(closing),
  };
  await door.ask(
    'the end of the outputs',
    'outputs',
    () => init,
    async () => undefined,
  );
}

async function send(door: Door, folder: string, file: string): Promise<Sent> {
  let hash = createHash('sha256');
  const init = (): RequestInit & { duplex: 'half' } => {
    hash = createHash('sha256');
    const flags = (constants.O_RDONLY | constants.O_NOFOLLOW) as never;
    const bytes = createReadStream(path.join(folder, file), { flags }).on('data', (chunk) =>
      hash.update(chunk),
    );
    const headers = { 'content-type': 'application/octet-stream' };
    return { method: 'PUT', headers, body: Readable.toWeb(bytes) as RequestInit['body'], duplex: 'half' };
  };
  return door.ask(`outputs/${file}`, `outputs?path=${encodeURIComponent(file)}`, init, async (answer) => {
    const { sha256 } = (await answer.json()) as { sha256: string };
    if (sha256 !== hash.digest('hex')) throw new Error('other bytes arrived than were sent');
    return { path: file, sha256 };
  });
}

async function regularFiles(
  folder: string,
  prefix: string,
  paths: string[] = [],
): Promise<{ paths: string[] } | { refused: Refusal }> {
  for (const name of (await readdir(path.join(folder, prefix))).sort()) {
    const relative = prefix + name;
    const stats = await lstat(path.join(folder, relative));
    if (stats.isDirectory()) {
      const below = await regularFiles(folder, `${relative}/`, paths);
      if ('refused' in below) return below;
    } else if (!stats.isFile()) return refused(relative, 'must be a regular file, not a link or a device');
    else if (paths.push(relative) > MAX_FILES) return refused('', `there are more than ${MAX_FILES} files`);
  }
  return { paths };
}

function refused(at: string, reason: string): { refused: Refusal } {
  return { refused: { path: at, reason } };
}
