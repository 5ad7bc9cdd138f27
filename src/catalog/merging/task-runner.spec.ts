import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { MergeTask } from './table-task.js';
import { TablesBusyError, TaskRunner } from './task-runner.js';

let folder: string;
let runner: TaskRunner;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cairn-tasks-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  runner = new TaskRunner();
});
afterEach(() => runner.onModuleDestroy());

/** @param rows keyed rows in both sides; theirs has one more */
function task(rows: number): MergeTask {
  const lines = Array.from({ length: rows }, (_, i) => `{"id":${i},"text":"${'x'.repeat(50)}"}\n`).join('');
  writeFileSync(path.join(folder, 'ours'), lines);
  writeFileSync(path.join(folder, 'theirs'), `${lines}{"id":-1}\n`);
  return { kind: 'merge', format: 'jsonl', directory: folder, hasBase: false, rule: { key: ['id'] } };
}

describe('tasks in child processes', () => {
  it('are answered, several at once, by few children', async () => {
    const one = task(10);
    const answers = await Promise.all(Array.from({ length: 8 }, () => runner.run(one, 1000, 30_000)));
    expect(answers).toEqual(Array(8).fill({ kind: 'answer', answer: { kind: 'merged', taken: 1 } }));
  });

  it('large ones run alone, small ones behind them wait their turn', async () => {
    const order: string[] = [];
    const note = (name: string) => () => void order.push(name);
    const [small, large] = [task(10), task(10)];
    await Promise.all([
      runner.run(large, 2 ** 30, 30_000).then(note('large')),
      runner.run(small, 1000, 30_000).then(note('small')),
      runner.run(large, 2 ** 30, 30_000).then(note('large again')),
      runner.run(small, 1000, 30_000).then(note('small again')),
    ]);
    expect(order).toEqual(['large', 'small', 'large again', 'small again']);
  });

  it('one that takes too long costs its child, and the next is answered', async () => {
    expect(await runner.run(task(200_000), 1000, 50)).toEqual({
      kind: 'lost',
      reason: 'it takes more than 50 ms',
    });
    expect(await runner.run(task(10), 1000, 30_000)).toMatchObject({ kind: 'answer' });
  });

  it('one that breaks its child says so', async () => {
    const broken = { ...task(10), directory: path.join(folder, 'no-such-folder') };
    expect(await runner.run(broken, 1000, 30_000)).toMatchObject({
      kind: 'lost',
      reason: expect.stringContaining('ENOENT'),
    });
  });

  it('none is begun or lost silently when the service stops', async () => {
    const running = runner.run(task(200_000), 1000, 60_000);
    const stopped = expect(running).rejects.toThrow(TablesBusyError);
    await new Promise((resolve) => setTimeout(resolve, 100));
    runner.onModuleDestroy();
    await stopped;
    await expect(runner.run(task(10), 1000, 1000)).rejects.toThrow('the service is stopping');
  });
});
