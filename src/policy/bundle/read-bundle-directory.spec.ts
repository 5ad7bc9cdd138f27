import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MODEL_CONF } from './model-conf.js';
import { BUNDLE_LIMITS, readBundleDirectory } from './read-bundle-directory.js';

const RULE = 'p, A-1, role:a, *, **, read, *, -, allow\n';

describe('a policy folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'policy-'));
    await writeFile(path.join(folder, 'model.conf'), MODEL_CONF);
    await writeFile(path.join(folder, 'a.csv'), RULE);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is read with its folders, its links followed, and its notes and hidden files passed over', async () => {
    await mkdir(path.join(folder, 'tests'));
    await writeFile(path.join(folder, 'tests', 'a.yaml'), '[]');
    await mkdir(path.join(folder, 'acme', 'sales'), { recursive: true });
    await writeFile(path.join(folder, 'acme', 'sales', 'c.csv'), RULE.replace('A-1', 'C-1'));
    await mkdir(path.join(folder, '..data'));
    await writeFile(path.join(folder, '..data', 'b'), RULE.replace('A-1', 'B-1'));
    await symlink(path.join('..data', 'b'), path.join(folder, 'b.csv'));
    await writeFile(path.join(folder, 'README.md'), 'notes');
    expect((await readBundleDirectory(folder)).rules.map(({ id }) => id)).toEqual(['A-1', 'C-1', 'B-1']);
  });

  it('is refused with folders too deep', async () => {
    await mkdir(path.join(folder, ...'abcdefgh'), { recursive: true });
    await expect(readBundleDirectory(folder)).rejects.toThrow('lies deeper than 8 folders');
  });

  it('is refused with a file whose rules would be lost', async () => {
    await writeFile(path.join(folder, 'deny.cvs'), RULE);
    await expect(readBundleDirectory(folder)).rejects.toThrow(
      'deny.cvs: is neither model.conf, nor a readable .csv file',
    );
  });

  it('is refused with a link to nothing', async () => {
    await symlink('gone', path.join(folder, 'b.csv'));
    await expect(readBundleDirectory(folder)).rejects.toThrow(
      'b.csv: is neither model.conf, nor a readable .csv file',
    );
  });

  it('is refused with a file that is too large or not UTF-8, naming both', async () => {
    await writeFile(path.join(folder, 'large.csv'), '#'.repeat(BUNDLE_LIMITS.fileBytes + 1));
    await writeFile(path.join(folder, 'odd.csv'), Uint8Array.of(0x70, 0xff));
    await expect(readBundleDirectory(folder)).rejects.toThrow(
      /large\.csv: has \d+ bytes[^]*odd\.csv: is not UTF-8/,
    );
  });

  it('is refused when it is not there', async () => {
    await expect(readBundleDirectory(path.join(folder, 'none'))).rejects.toThrow(
      /cannot be read \(Error: ENOENT/,
    );
  });
});
