import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { stopLeftover } from './leftover.js';

let cluster: string;

beforeEach(() => {
  cluster = mkdtempSync(path.join(os.tmpdir(), 'leftover-'));
});
afterEach(() => rmSync(cluster, { recursive: true }));

const isThere = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const note = (pid: number) => writeFileSync(path.join(cluster, 'postmaster.pid'), `${pid}\n`);

it('ends one that works in the cluster', async () => {
  const child = spawn('sleep', ['60'], { cwd: cluster });
  const ended = once(child, 'exit');
  note(child.pid!);
  await stopLeftover(cluster);
  expect(isThere(child.pid!)).toBe(false);
  expect(await ended).toEqual([null, 'SIGINT']);
});

it('leaves one alone that works elsewhere', async () => {
  const child = spawn('sleep', ['60'], { cwd: os.tmpdir() });
  note(child.pid!);
  await stopLeftover(cluster);
  expect(isThere(child.pid!)).toBe(true);
  child.kill();
  await once(child, 'exit');
});

it('waits for one that has ended until its parent has taken note', async () => {
  // It does not look at what became of its child for a while.
  const parent = spawn('node', [
    '-e',
    `const child = require('node:child_process').spawn('sleep', ['0.1'], { stdio: 'ignore' });
     require('node:fs').writeSync(1, String(child.pid));
     Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);`,
  ]);
  const ended = once(parent, 'exit');
  const [said] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(String(said));
  note(pid);
  await sleep(300);
  expect(isThere(pid)).toBe(true);
  await stopLeftover(cluster);
  expect(isThere(pid)).toBe(false);
  await ended;
});
