import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeExecutionDriver, exitOf, mountOf, until } from '../contract/execution-driver.contract.js';
import { LocalDriver } from './local-driver.js';
import { identityOf } from './process-identity.js';
import { removeTree } from './run-folder.js';

function newRoot(): string {
  const root = mkdtempSync(path.join(os.tmpdir(), 'cairn-runs-'));
  chmodSync(root, 0o755);
  return root;
}

describeExecutionDriver('local', async () => {
  const root = newRoot();
  return {
    driver: new LocalDriver(root),
    reopen: async () => new LocalDriver(root),
    close: () => removeTree(root),
  };
});

describe('local driver', () => {
  const root = newRoot();
  let driver: LocalDriver;
  beforeAll(() => {
    driver = new LocalDriver(root);
  });
  afterAll(() => removeTree(root));

  const start = async (command: readonly [string, ...string[]], mounts = [mountOf('none', {})]) => {
    const id = randomUUID();
    await driver.prepare(id, mounts);
    await driver.start({ id, command, environment: {}, timeoutMs: 20_000, graceMs: 100 });
    return id;
  };
  const claimOf = (id: string) =>
    JSON.parse(readFileSync(path.join(root, id, 'shim.json'), 'utf8')) as { pid: number };

  it('a shim that is killed leaves an execution that is gone, and no process', async () => {
    const id = await start(['sh', '-c', 'sleep 60 & echo $!; echo $$; sleep 60']);
    while ((await driver.log(id, 2)).split('\n').length < 2) await pause(20);
    const pids = (await driver.log(id, 2)).split('\n').map(Number);
    process.kill(claimOf(id).pid, 'SIGKILL');
    expect(await until(driver, id, 'gone')).toEqual({ kind: 'gone' });
    for (const pid of pids) {
      for (let i = 0; i < 200 && identityOf(pid) !== undefined; i++) await pause(20);
      expect(identityOf(pid)).toBeUndefined();
    }
  });

  it('a pid that now belongs to another process is not taken for the shim, and that process is left alone', async () => {
    const id = await start(['true']);
    await exitOf(driver, id);
    rmSync(path.join(root, id, 'exit.json'));
    writeFileSync(
      path.join(root, id, 'shim.json'),
      JSON.stringify({ pid: process.pid, identity: 'an earlier process' }),
    );
    expect(await driver.observe(id)).toEqual({ kind: 'gone' });
    await driver.stop(id);
  });

  it('a log beyond its bound is cut, and says so', async () => {
    const id = await start(['sh', '-c', 'head -c 11000000 /dev/zero | tr "\\0" x; echo; echo after']);
    await exitOf(driver, id);
    expect(statSync(path.join(root, id, 'log')).size).toBeLessThan(10 * 1024 ** 2 + 200);
    expect(await driver.log(id, 1)).toMatch(/^\[cairn\] the log ends here/);
  });

  it('a log of just its bound is whole', async () => {
    const id = await start(['sh', '-c', 'head -c 10485760 /dev/zero | tr "\\0" x']);
    await exitOf(driver, id);
    expect(readFileSync(path.join(root, id, 'log'), 'utf8')).toBe('x'.repeat(10 * 1024 ** 2));
  });

  it('a Node script finds the packages of this installation', async () => {
    const script = "import onnx from 'onnx-proto'; console.log(typeof onnx.onnx.ModelProto)";
    const id = await start(['node', 'train.mjs'], [mountOf(undefined, { 'train.mjs': script })]);
    expect(await exitOf(driver, id)).toEqual({ cause: 'exit', exitCode: 0 });
    expect(await driver.log(id, 1)).toBe('function');
  });

  it('the credential of a run is not left on disk', async () => {
    const id = await start(['true']);
    await exitOf(driver, id);
    expect(readdirSync(path.join(root, id)).filter((name) => name.startsWith('spec'))).toEqual([]);
  });

  it('an id that is no UUID is refused', async () => {
    await expect(driver.observe('../../etc')).rejects.toThrow('UUID');
  });
});
