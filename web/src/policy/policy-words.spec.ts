import { describe, expect, it } from 'vitest';
import type { PolicyAttempt, PolicyStatus } from '../api/governance-types.js';
import { convergence, delivered, findingPlace, isStillRefused } from './policy-words.js';

const status = (answering: PolicyStatus['answering']) =>
  ({ version: 'a'.repeat(64), generation: 3, answering }) as PolicyStatus;
const attempt = (outcome: string, attemptedAt: string) => ({ outcome, attemptedAt }) as PolicyAttempt;

describe('the policy in words', () => {
  it('has converged where the replica runs the live generation', () => {
    const [live, other] = ['a'.repeat(64), 'b'.repeat(64)];
    expect(convergence(status({ version: live, generation: 3, lagReason: null })).isConverged).toBe(true);
    expect(convergence(status({ version: other, generation: 2, lagReason: null }))).toEqual({
      isConverged: false,
      words: 'The replica that you asked answers by bbbbbbbbbbbb (generation 2); it follows within seconds.',
    });
    const behind = convergence(status({ version: other, generation: 2, lagReason: 'it needs Cairn 2' }));
    expect(behind.words).toMatch(/: it needs Cairn 2$/);
  });

  it('names the place of a finding', () => {
    expect(findingPlace({ file: 'roles.csv', line: 12 })).toBe('roles.csv, line 12');
    expect(findingPlace({ file: 'roles.csv', line: 0 })).toBe('roles.csv');
    expect(findingPlace({ file: '', line: 0 })).toBe('the policy as a whole');
  });

  it('tells who delivered a version', () => {
    const move = { movedBy: 'source', source: 'git', sourceRef: '0123456789abcdef' } as never;
    expect(delivered(move)).toBe('by its source: git 0123456789ab');
    expect(delivered({ movedBy: 'user:sec', source: 'rollback', sourceRef: null } as never)).toBe(
      'by user:sec: rollback',
    );
  });

  it('is still refused until the source has something else', () => {
    expect(isStillRefused(attempt('refused', 't1'), attempt('refused', 't1'))).toBe(true);
    expect(isStillRefused(attempt('refused', 't1'), attempt('taken', 't2'))).toBe(false);
    expect(isStillRefused(attempt('refused', 't1'), null)).toBe(false);
  });
});
