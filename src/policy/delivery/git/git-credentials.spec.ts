import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { gitCredentials } from './git-credentials.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "cairn's credentials-"));
  writeFileSync(path.join(folder, 'username'), 'cairn\n');
  writeFileSync(path.join(folder, 'password'), 'a secret\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

it('a user and a password become a header for that remote alone, which git reads from its environment', async () => {
  const url = 'https://git.example.org/policies.git';
  const env = await gitCredentials(folder, url, 'git:x');
  const asked = (of: string) =>
    execFileSync('git', ['config', '--get-urlmatch', 'http.extraHeader', of], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], ...env },
    }).trim();
  const basic = Buffer.from('cairn:a secret').toString('base64');
  expect(asked(url)).toBe(`Authorization: Basic ${basic}`);
  expect(() => asked('https://elsewhere.example.org/policies.git')).toThrow();
});

it('ssh knows only the hosts it is given, whatever the folder is called', async () => {
  const url = 'ssh://git@git.example.org/policies.git';
  await expect(gitCredentials(folder, url, 'git:x')).rejects.toThrow('ssh-key cannot be read (ENOENT)');
  for (const name of ['ssh-key', 'known-hosts']) writeFileSync(path.join(folder, name), '');
  const { GIT_SSH_COMMAND: command } = await gitCredentials(folder, url, 'git:x');
  const words = execFileSync('sh', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' })
    .trim()
    .split('\n');
  expect(words.slice(0, 5)).toEqual(['ssh', '-F', '/dev/null', '-i', path.join(folder, 'ssh-key')]);
  expect(words).toContain('StrictHostKeyChecking=yes');
  expect(words).toContain(`UserKnownHostsFile=${path.join(folder, 'known-hosts')}`);
});
