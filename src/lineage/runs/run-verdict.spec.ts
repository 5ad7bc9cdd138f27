import { describe, expect, it } from '@jest/globals';
import type { LineageRun } from './run.repository.js';
import { verdictOf } from './run-verdict.js';

const at = (hour: number): Date => new Date(Date.UTC(2026, 10, 25, hour));
const run = (change: Partial<LineageRun>): LineageRun => ({
  ...{ id: 'r', jobId: 'j', state: 'start', startedAt: at(0), endedAt: null, parentRunId: null },
  ...{ lastEventAt: at(0), completedAt: null, failedAt: null, abortedAt: null },
  ...change,
});
const HOUR = 3_600_000;

describe('what is thought of a run', () => {
  it('that failed and then completed is that it failed, and why', () => {
    const both = run({ state: 'fail', endedAt: at(2), failedAt: at(1), completedAt: at(2) });
    expect(verdictOf(both, undefined, at(9))).toEqual({
      isLost: false,
      reason:
        'FAIL was told for 2026-11-25T01:00:00.000Z and COMPLETE for 2026-11-25T02:00:00.000Z: a run that failed once is not made good by another word of it.',
    });
    expect(verdictOf(run({ state: 'fail', failedAt: at(1) }), undefined, at(9)).reason).toBeNull();
    expect(verdictOf(run({ state: 'complete', completedAt: at(1) }), undefined, at(9)).reason).toBeNull();
  });

  it.each([
    [null, 23, false],
    [null, 25, true],
    [HOUR / 60, 0.9, false],
    [HOUR / 60, 1.1, true],
    [2 * HOUR, 5.9, false],
    [2 * HOUR, 6.1, true],
  ])(
    'without an end, of a job whose runs take %p ms at most, silent for %p h: lost %p',
    (longestMs, silent, isLost) => {
      const now = new Date(at(0).getTime() + silent * HOUR);
      const verdict = verdictOf(run({}), { longestMs, isStreaming: false }, now);
      expect(verdict.isLost).toBe(isLost);
      expect(verdict.reason === null).toBe(!isLost);
      expect(verdictOf(run({}), { longestMs, isStreaming: true }, now).isLost).toBe(false);
      expect(verdictOf(run({ lastEventAt: now }), { longestMs, isStreaming: false }, now).isLost).toBe(false);
      expect(verdictOf(run({ startedAt: null }), { longestMs, isStreaming: false }, now).isLost).toBe(false);
    },
  );
});
