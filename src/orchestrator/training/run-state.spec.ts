import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isFinal, nextRunState, RUN_STATES, type RunEvent, type RunState } from './run-state.js';

const KINDS: readonly RunEvent['kind'][] = ['taken', 'started', 'committed', 'failed', 'stopped', 'vanished'];

describe('the state of a training run', () => {
  it.each<[RunState, RunEvent['kind'], RunState | undefined]>([
    ['pending', 'taken', 'starting'],
    ['pending', 'stopped', 'cancelled'],
    ['pending', 'started', undefined],
    ['starting', 'started', 'running'],
    ['starting', 'failed', 'failed'],
    ['starting', 'committed', undefined],
    ['running', 'committed', 'succeeded'],
    ['running', 'failed', 'failed'],
    ['running', 'stopped', 'cancelled'],
    ['running', 'vanished', 'lost'],
    ['running', 'taken', undefined],
  ])('%s, when %s, becomes %s', (state, kind, next) => {
    expect(nextRunState(state, { kind })).toBe(next);
  });

  it('whatever happens, a final state stays, and success comes by a commit after a start only', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...KINDS), { maxLength: 30 }), (kinds) => {
        let state: RunState = 'pending';
        const passed: RunEvent['kind'][] = [];
        for (const kind of kinds) {
          const next = nextRunState(state, { kind });
          if (isFinal(state)) expect(next).toBeUndefined();
          if (next !== undefined) passed.push(kind);
          state = next ?? state;
        }
        if (state === 'succeeded') expect(passed).toEqual(['taken', 'started', 'committed']);
      }),
    );
  });

  it('exactly the four ends are final', () => {
    expect(RUN_STATES.filter(isFinal)).toEqual(['succeeded', 'failed', 'cancelled', 'lost']);
  });
});
