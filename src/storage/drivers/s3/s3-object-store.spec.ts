import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { InvalidInputError } from '../../../platform/errors/index.js';
import { ChecksumMismatchError, ObjectTooLargeError, StoreUnavailableError } from '../../errors.js';
import { sha256Of } from '../../sha256.js';
import { S3ObjectStore } from './s3-object-store.js';
import { spool } from './spool.js';

describe('s3 object store without a server', () => {
  const spoolDirectory = mkdtempSync(join(tmpdir(), 'cairn-spool-'));
  const credentials = { AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: 'very-secret' };
  // Port 1 is reserved: nothing answers there.
  const options = { bucket: 'b', endpoint: 'http://127.0.0.1:1', spoolDirectory };
  const before = { ...process.env };
  beforeAll(() => {
    Object.assign(process.env, credentials);
  });
  afterAll(() => {
    process.env = before;
    rmSync(spoolDirectory, { recursive: true });
  });

  async function* body(): AsyncIterable<Uint8Array> {
    yield Buffer.from('some ');
    yield Buffer.from('bytes');
  }

  it('a store that does not answer is named, without credentials, and nothing is left behind', async () => {
    const store = new S3ObjectStore(options);
    const absent = sha256Of(Buffer.from(''));
    for (const fail of [
      () => store.put(body()),
      () => store.stat(absent),
      () => store.check(),
      () => store.probe(),
    ]) {
      const error: unknown = await fail().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(StoreUnavailableError);
      expect(String(error)).toContain('ECONNREFUSED');
      expect(String(error)).not.toContain('secret');
    }
    expect(readdirSync(spoolDirectory)).toEqual([]);
    store.close();
  });

  it('a body that does not match is refused before anything is sent', async () => {
    const store = new S3ObjectStore(options);
    await expect(store.put(body(), { sizeBytes: 11 })).rejects.toThrow(ChecksumMismatchError);
    await expect(store.put(body(), { maxBytes: 9 })).rejects.toThrow(ObjectTooLargeError);
    await expect(store.put(Buffer.from('x'), { sha256: sha256Of(Buffer.from('y')) })).rejects.toThrow(
      'sha256',
    );
    expect(readdirSync(spoolDirectory)).toEqual([]);
  });

  it('what is larger than the store takes is refused while it arrives', async () => {
    const use = async (): Promise<void> => undefined;
    await expect(spool(spoolDirectory, body(), {}, 9, use)).rejects.toThrow(ObjectTooLargeError);
    expect(readdirSync(spoolDirectory)).toEqual([]);
  });

  it.each(['/a/', 'a', '../', 'a//', 'ä/'])('the prefix %j is refused', (prefix) => {
    expect(() => new S3ObjectStore({ ...options, prefix })).toThrow(InvalidInputError);
  });
});
