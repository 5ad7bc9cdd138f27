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

/**
 * Reads a body to its end before anything is sent, because the object's name follows from all its bytes, and hands it
 * to `use`. Bytes in memory stay there, a stream goes to a file, which is gone when `use` has ended.
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
  await mkdir(directory, { recursive: true });
  const file = join(directory, `put-${process.pid}-${randomUUID()}`);
  try {
    const handle = await open(file, 'wx', 0o600);
    try {
      for await (const chunk of incoming.chunks) await handle.writeFile(chunk);
    } finally {
      await handle.close();
    }
    return await use({ object: incoming.verify(), content: { file } });
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    throw code === 'ENOSPC' || code === 'EDQUOT' ? new StorageFullError(directory, { cause: error }) : error;
  } finally {
    await rm(file, { force: true });
  }
}
