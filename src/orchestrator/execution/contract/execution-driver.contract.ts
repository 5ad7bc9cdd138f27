import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MountRefusedError, OutputRefusedError } from '../errors.js';
import type {
  ExecutionDriver,
  ExecutionExit,
  ExecutionSpec,
  Mount,
  Observation,
} from '../execution-driver.js';

/** A driver under test, without executions. */
export interface DriverUnderTest {
  readonly driver: ExecutionDriver;
  /** The same executions, as a process that starts later sees them. */
  reopen(): Promise<ExecutionDriver>;
  close(): Promise<void>;
}

async function* filesOf(files: Readonly<Record<string, string>>) {
  for (const [path, text] of Object.entries(files))
    yield { path, open: async () => Readable.from([Buffer.from(text)]) };
}

/** A mount of texts by path. @param name undefined for the working directory */
export function mountOf(name: string | undefined, files: Readonly<Record<string, string>>): Mount {
  return { name, files: filesOf(files) };
}

/** Waits until an execution is as asked, at most 20 s. */
export async function until(
  driver: ExecutionDriver,
  id: string,
  kind: Observation['kind'],
): Promise<Observation> {
  for (let i = 0; i < 1_000; i++) {
    const seen = await driver.observe(id);
    if (seen.kind === kind) return seen;
    await pause(20);
  }
  throw new RangeError(`execution ${id} did not become ${kind}`);
}

/** Waits for the end of an execution. */
export async function exitOf(driver: ExecutionDriver, id: string): Promise<ExecutionExit> {
  const seen = await until(driver, id, 'exited');
  return (seen as { exit: ExecutionExit }).exit;
}

async function collect(driver: ExecutionDriver, id: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const file of driver.outputs(id)) {
    const chunks: Buffer[] = [];
    for await (const chunk of file.open()) chunks.push(chunk as Buffer);
    found[file.path] = Buffer.concat(chunks).toString();
    expect(file.sizeBytes).toBe(Buffer.concat(chunks).length);
  }
  return found;
}

/** What every {@link ExecutionDriver} must do. @param make a fresh driver without executions */
export function describeExecutionDriver(name: string, make: () => Promise<DriverUnderTest>): void {
  describe(`execution driver contract: ${name}`, () => {
    let under: DriverUnderTest;
    let driver: ExecutionDriver;
    beforeAll(async () => {
      under = await make();
      driver = under.driver;
    });
    afterAll(() => under.close());

    const start = async (
      script: string,
      mounts: readonly Mount[] = [],
      more: Partial<ExecutionSpec> = {},
    ) => {
      const id = randomUUID();
      await driver.prepare(id, mounts);
      await driver.start({
        ...{ id, command: ['sh', '-c', script], environment: {}, timeoutMs: 20_000, graceMs: 300 },
        ...more,
      });
      return id;
    };

    it('an execution that was never started is absent', async () => {
      expect(await driver.observe(randomUUID())).toEqual({ kind: 'absent' });
      const id = randomUUID();
      await driver.prepare(id, []);
      expect(await driver.observe(id)).toEqual({ kind: 'absent' });
    });

    it.each([0, 7])('exit code %i comes back', async (code) => {
      const id = await start(`exit ${code}`);
      expect(await exitOf(driver, id)).toEqual({ cause: 'exit', exitCode: code });
    });

    it('what is written to both outputs is in the log, and its tail can be asked for', async () => {
      const id = await start('echo one; sleep 0.2; echo two >&2; sleep 0.2; echo three');
      await exitOf(driver, id);
      expect(await driver.log(id, 100)).toBe('one\ntwo\nthree');
      expect(await driver.log(id, 2)).toBe('two\nthree');
    });

    it('mounted files are found, the working directory among them', async () => {
      const mounts = [
        mountOf('data', { 'a.txt': 'alpha', 'deep/er/b.txt': 'beta' }),
        mountOf(undefined, { 'lib/say.sh': 'echo said' }),
      ];
      const id = await start(
        'cat "$CAIRN_INPUTS/data/a.txt" "$CAIRN_INPUTS/data/deep/er/b.txt"; sh lib/say.sh',
        mounts,
      );
      expect(await exitOf(driver, id)).toMatchObject({ exitCode: 0 });
      expect(await driver.log(id, 10)).toBe('alphabetasaid');
    });

    it('inputs cannot be changed', async () => {
      const script =
        'exec 2>/dev/null; cd "$CAIRN_INPUTS/data"; echo no >> a.txt; (echo no > new) ; rm -f a.txt; cat a.txt; ls';
      const id = await start(script, [mountOf('data', { 'a.txt': 'as it was\n' })]);
      await exitOf(driver, id);
      expect((await driver.log(id, 100)).split('\n').slice(-2)).toEqual(['as it was', 'a.txt']);
    });

    it('a path that leaves its mount, or is a file and a folder at once, is refused', async () => {
      const unfit: Record<string, string>[] = [{ '../evil': 'x' }, { a: 'x', 'a/b': 'y' }, { 'a/./b': 'x' }];
      for (const files of [...unfit, { ['n'.repeat(300)]: 'x' }]) {
        await expect(driver.prepare(randomUUID(), [mountOf('data', files)])).rejects.toThrow(
          MountRefusedError,
        );
      }
    });

    it('outputs come back as they were written, in order', async () => {
      const id = await start(
        'cd "$CAIRN_OUTPUTS"; mkdir sub; printf model > model.bin; printf "{}" > sub/metrics.json',
      );
      await exitOf(driver, id);
      expect(await collect(driver, id)).toEqual({ 'model.bin': 'model', 'sub/metrics.json': '{}' });
    });

    it('a link in the outputs is refused, wherever it leads', async () => {
      const id = await start('ln -s /etc/passwd "$CAIRN_OUTPUTS/model.bin"');
      await exitOf(driver, id);
      await expect(collect(driver, id)).rejects.toThrow(OutputRefusedError);
    });

    it('the environment holds what was given and what the driver sets, and nothing else', async () => {
      const id = await start('env', [], { environment: { CAIRN_SEED: '7' } });
      await exitOf(driver, id);
      const names = (await driver.log(id, 100)).split('\n').map((line) => line.split('=')[0]!);
      const ofTheShell = new Set(['PWD', 'OLDPWD', 'SHLVL', '_']);
      const given = names.filter((variable) => !ofTheShell.has(variable)).sort();
      expect(given).toEqual(['CAIRN_INPUTS', 'CAIRN_OUTPUTS', 'CAIRN_SEED', 'HOME', 'PATH']);
    });

    it('starting the same id again runs the command once', async () => {
      const id = randomUUID();
      await driver.prepare(id, []);
      const command = ['sh', '-c', 'echo ran'] as const;
      const spec: ExecutionSpec = { id, command, environment: {}, timeoutMs: 20_000, graceMs: 100 };
      const later = await under.reopen();
      await Promise.all([driver.start(spec), driver.start(spec)]);
      await exitOf(driver, id);
      await later.start(spec);
      expect(await driver.log(id, 10)).toBe('ran');
    });

    it('a timeout ends the command and is told as such', async () => {
      const id = await start('sleep 30', [], { timeoutMs: 200 });
      expect(await exitOf(driver, id)).toMatchObject({ cause: 'timeout' });
    });

    it('stopping ends the command and its children, also those that do not listen', async () => {
      const id = await start(
        'trap "" TERM; (trap "" TERM; while :; do sleep 0.1; done) & echo started; while :; do sleep 0.1; done',
      );
      for (let i = 0; i < 500 && (await driver.log(id, 1)) !== 'started'; i++) await pause(20);
      expect(await driver.observe(id)).toEqual({ kind: 'running' });
      await driver.stop(id);
      expect(await exitOf(driver, id)).toEqual({ cause: 'stopped', signal: 'SIGKILL' });
    });

    it('a command that asks for time gets its grace', async () => {
      const id = await start(
        'trap "echo saved; exit 3" TERM; echo started; while :; do sleep 0.05; done',
        [],
        { graceMs: 10_000 },
      );
      for (let i = 0; i < 500 && (await driver.log(id, 1)) !== 'started'; i++) await pause(20);
      await driver.stop(id);
      expect(await exitOf(driver, id)).toEqual({ cause: 'stopped', exitCode: 3 });
      expect(await driver.log(id, 1)).toBe('saved');
    });

    it('a command that does not exist is told by name', async () => {
      const id = await start('', [], { command: ['no-such-program'] });
      expect(await exitOf(driver, id)).toEqual({ cause: 'unstartable', message: 'no-such-program: ENOENT' });
    });

    it('a later process finds what an earlier one started', async () => {
      const id = await start('sleep 0.5; echo done');
      const later = await under.reopen();
      expect(await later.observe(id)).toEqual({ kind: 'running' });
      expect(await exitOf(later, id)).toEqual({ cause: 'exit', exitCode: 0 });
      expect(await later.log(id, 1)).toBe('done');
    });

    it('an execution that was started is not laid out again', async () => {
      const id = await start('sleep 0.3; cat "$CAIRN_INPUTS/data/a"', [mountOf('data', { a: 'first' })]);
      await driver.prepare(id, [mountOf('data', { a: 'second' })]);
      await exitOf(driver, id);
      expect(await driver.log(id, 1)).toBe('first');
    });

    it('what is forgotten is absent, and can be forgotten twice', async () => {
      const id = await start('echo gone', [mountOf('data', { 'a/b': 'x' })]);
      await exitOf(driver, id);
      await driver.forget(id);
      await driver.forget(id);
      expect(await driver.observe(id)).toEqual({ kind: 'absent' });
      expect(await driver.log(id, 1)).toBe('');
    });

    it('there is room for something', async () => {
      expect(await driver.freeBytes()).toBeGreaterThan(0);
    });

    it('discarding keeps the log and the exit, and can be done twice', async () => {
      const id = await start('echo kept; echo gone > "$CAIRN_OUTPUTS/x"', [mountOf('data', { 'a/b': 'x' })]);
      await exitOf(driver, id);
      await driver.discard(id);
      await driver.discard(id);
      expect(await exitOf(driver, id)).toMatchObject({ exitCode: 0 });
      expect(await driver.log(id, 1)).toBe('kept');
    });
  });
}
