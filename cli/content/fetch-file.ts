import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { ApiError } from '../api/api-error.js';
import { TargetFile } from '../output/target-file.js';
import type { Entry } from './entries.js';

type FetchedEntry = Pick<Entry, 'path' | 'sha256' | 'sizeBytes' | 'isImported'>;

/**
 * Reads an answer to its end and checks the bytes.
 * @param take is given each piece; awaited, so that a slow disk slows the transfer
 * @throws {ApiError} `CHECKSUM_MISMATCH` when the bytes are not those of the entry, or `UNREACHABLE` when they stop too early
 */
export async function fetchInto(
  response: Response,
  { path: name, sha256, sizeBytes, isImported }: FetchedEntry,
  take: (chunk: Uint8Array) => void | Promise<void>,
): Promise<void> {
  const hash = createHash('sha256');
  let received = 0;
  try {
    for await (const chunk of response.body ?? []) {
      hash.update(chunk as Uint8Array);
      received += (chunk as Uint8Array).byteLength;
      await take(chunk as Uint8Array);
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ApiError(
      `${name}: the connection ended after ${received} of ${sizeBytes} bytes. Try again.`,
      'UNREACHABLE',
    );
  }
  if (isImported && received !== sizeBytes)
    throw new ApiError(`${name}: ${received} of ${sizeBytes} bytes came. Try again.`, 'UNREACHABLE');
  const found = hash.digest('hex');
  if (!isImported && found !== sha256) {
    throw new ApiError(
      `${name}: the bytes that came hash to ${found}, not to ${sha256}. Nothing was kept; try again.`,
      'CHECKSUM_MISMATCH',
    );
  }
}

/** Writes a {@link TargetFile}, so that no reader ever sees a part or a wrong file. */
export async function fetchFile(
  response: Response,
  entry: FetchedEntry,
  file: string,
  onBytes: (count: number) => void,
): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const target = await TargetFile.at(file);
  try {
    const handle = await open(target.partial, 'w');
    try {
      await fetchInto(response, entry, async (chunk) => {
        await handle.writeFile(chunk);
        onBytes(chunk.byteLength);
      });
    } finally {
      await handle.close();
    }
    await target.keep();
  } catch (error) {
    await target.discard();
    throw error;
  }
}
