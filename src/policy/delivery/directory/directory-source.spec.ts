import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { DirectorySource } from './directory-source.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'cairn-source-'));
});
afterEach(() => rmSync(root, { recursive: true }));

it('shows a folder only when two looks in a row found the same', async () => {
  cpSync('policies', root, { recursive: true });
  const source = new DirectorySource(root, 1000);
  expect(await source.look()).toBeUndefined();
  const whole = await source.look();
  expect(whole).toMatchObject({ claimed: { manifest: undefined } });
  writeFileSync(path.join(root, 'half.csv'), 'p, X-001, ');
  expect(await source.look()).toBeUndefined();
  writeFileSync(path.join(root, 'half.csv'), 'p, X-001, user:x, *, dataset/**, list, *, -, allow\n');
  expect(await source.look()).toBeUndefined();
  const next = await source.look();
  expect(next).toBeDefined();
  expect(next?.digest).not.toBe(whole?.digest);
});

it('follows the swapped link of a ConfigMap', async () => {
  for (const [name, folder] of Object.entries({ one: '..2026_01', two: '..2026_02' })) {
    mkdirSync(path.join(root, folder));
    cpSync('policies/model.conf', path.join(root, folder, 'model.conf'));
    writeFileSync(
      path.join(root, folder, 'rules.csv'),
      `p, ${name}, user:x, *, dataset/**, list, *, -, allow\n`,
    );
  }
  symlinkSync('..2026_01', path.join(root, '..data'));
  for (const file of ['model.conf', 'rules.csv']) symlinkSync(`..data/${file}`, path.join(root, file));
  const source = new DirectorySource(root, 1000);
  const first = await source.lookUntilWhole();
  symlinkSync('..2026_02', path.join(root, '..new'));
  renameSync(path.join(root, '..new'), path.join(root, '..data'));
  const second = await source.lookUntilWhole();
  expect('claimed' in second && second.claimed.files.map(({ text }) => text).join()).toContain('p, two,');
  expect(second.digest).not.toBe(first.digest);
});

it('a folder that is not there, or holds strays, is refused by what it shows', async () => {
  const gone = await new DirectorySource(path.join(root, 'gone'), 1000).lookUntilWhole();
  expect('refused' in gone && gone.refused.message).toContain('cannot be read');
  writeFileSync(path.join(root, 'deny.cvs'), '');
  const stray = await new DirectorySource(root, 1000).lookUntilWhole();
  expect('refused' in stray && stray.refused.findings).toMatchObject([{ file: 'deny.cvs', check: 'file' }]);
});
