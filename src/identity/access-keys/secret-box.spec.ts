import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import type { Config } from '../../platform/index.js';
import { SecretBox, SecretKeyFileError } from './secret-box.js';

test('an empty secret.key, as a full disk leaves it, seals nothing', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'cairn-'));
  const box = new SecretBox({ CAIRN_DATA_DIR: folder } as Config);
  await writeFile(path.join(folder, 'secret.key'), '');
  await expect(box.seal('secret', 'a key')).rejects.toThrow(SecretKeyFileError);
  await rm(path.join(folder, 'secret.key'));
  expect(await box.open(await box.seal('secret', 'a key'), 'a key')).toBe('secret');
  await rm(folder, { recursive: true });
});
