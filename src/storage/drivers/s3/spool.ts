import { mkdir, open, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

import { StorageFullError } from '../../errors.js';
import { measured } from '../../measured.js';
import type { ExpectedObject, ObjectBody, StoredObject } from '../../object-store.js';

/** A body that is whole, measured, and can be read again for another try. */
export interface Spooled {
  readonly object: StoredObject;
  /** The bytes themselves, or the file that has them. */
  readonly content: Uint8Array | { readonly file: string };
}

/** A stream of at most so many bytes stays in memory: a file would cost more than they do. */
const MEMORY_BYTES = 256 * 1024;

/**
 * Reads a body to its end before anything is sent, because the object's name follows from all its bytes, and hands it
 * to `use`. Few bytes stay in memory, a longer stream goes to a file, which is gone when `use` has ended.
 * @param directory made when missing
 * @throws {StorageFullError} no room for the file
 */
export async function spool<T>(
  directory: string,
  body: ObjectBody,
  expected: ExpectedObject,
  maxBytes: number,
  use: (spooled: Spooled) => Promise<T>,
): Promise<T> {
  const incoming = measured(body, expected, maxBytes);
  if (body instanceof Uint8Array) {
    for await (const chunk of incoming.chunks) void chunk;
    return use({ object: incoming.verify(), content: body });
  }
  const chunks = incoming.chunks[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let sizeBytes = 0;
  while (sizeBytes <= MEMORY_BYTES) {
    const { done, value } = await chunks.next();
    if (done === true) return use({ object: incoming.verify(), content: Buffer.concat(first) });
    first.push(value);
    sizeBytes += value.byteLength;
  }
  await mkdir(directory, { recursive: true });
  const file = join(directory, `put-${process.pid}-${randomUUID()}`);
  try {
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(Buffer.concat(first));
      for (let next = await chunks.next(); next.done !== true; next = await chunks.next())
        await handle.writeFile(next.value);
    } finally {
      await handle.close();
    }
    return await use({ object: incoming.verify(), content: { file } });
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    throw code === 'ENOSPC' || code === 'EDQUOT' ? new StorageFullError(directory, { cause: error }) : error;
  } finally {
    await chunks.return?.();
    await rm(file, { force: true });
  }
}
