import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { eventually } from '../../../test/support/eventually.js';
import { ControlLoop } from './control-loop.js';

const LONG_MS = 60_000;

describe('a control loop', () => {
  test('looks again when it is woken, and not before', async () => {
    let looks = 0;
    const loop = new ControlLoop(
      async () => ((looks += 1), LONG_MS),
      () => LONG_MS,
      'test',
    );
    loop.start();
    await eventually(async () => looks === 1);
    await pause(50);
    expect(looks).toBe(1);
    loop.wake();
    await eventually(async () => looks === 2);
    await loop.stop();
  });

  test('goes on at once while a look asks for that', async () => {
    let looks = 0;
    const loop = new ControlLoop(
      async () => ((looks += 1) < 50 ? 0 : LONG_MS),
      () => LONG_MS,
      'test',
    );
    loop.start();
    await eventually(async () => looks === 50);
    await loop.stop();
  });
});
