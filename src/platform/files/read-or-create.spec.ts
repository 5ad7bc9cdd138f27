import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readOrCreate } from './read-or-create.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cairn-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('of many who make a file at the same time all read the same, whole', async () => {
  const file = path.join(folder, 'deep', 'a.key');
  const found = await Promise.all(
    Array.from({ length: 50 }, (_, i) => readOrCreate(file, String(i).repeat(10_000))),
  );
  expect(new Set(found).size).toBe(1);
  expect(found[0]).not.toBe('');
  expect(await readOrCreate(file, 'another')).toBe(found[0]);
  expect(await readdir(path.dirname(file))).toEqual(['a.key']);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('nothing stays behind of a file that could not be written', async () => {
  await expect(readOrCreate(path.join(folder, 'x'.repeat(250)), 'content')).rejects.toThrow('ENAMETOOLONG');
  expect(await readdir(folder)).toEqual([]);
});
