import { describe, expect, test } from '@jest/globals';
import {
  type Actor,
  ALL_RULES,
  branchAtOld,
  cherryPick,
  collection,
  commit,
  commitStaged,
  deleteBranch,
  deleteRepository,
  explore,
  mergeOld,
  oldCommit,
  type Rules,
  stage,
  type State,
  undeleteRepository,
  undo,
  upload,
} from '../../../test/support/collection-model.js';

/** Long enough for old bytes to be condemned, and removed by the next collection. */
const TICKS = 3;
const TWO = [collection(0), collection(1)];
const THREE = [...TWO, collection(2)];
/** Bytes that nothing refers to; they were uploaded long ago. */
const UPLOADED: Partial<State> = { ...oldCommit(false), commits: {} };

const SCENARIOS: readonly [string, Partial<State>, readonly Actor[], number?][] = [
  ['new bytes are uploaded and committed', {}, [...TWO, upload, commit], 6],
  ['old bytes are uploaded again and committed', UPLOADED, [...TWO, upload, commit]],
  ['old bytes are staged, and then committed', UPLOADED, [...TWO, stage, commitStaged]],
  ['old bytes are staged and committed by another', UPLOADED, [...TWO, stage, commit]],
  ['a branch is put on an old commit', oldCommit(false), [...TWO, branchAtOld]],
  ['an old commit is cherry-picked', oldCommit(false), [...TWO, cherryPick]],
  ['an old commit is merged while its branch goes', oldCommit(true), [...TWO, mergeOld, deleteBranch]],
  ['a branch goes and its bytes are committed anew', oldCommit(true), [...TWO, deleteBranch, commit]],
  ['a repository goes and comes back', oldCommit(true), [...TWO, deleteRepository, undeleteRepository]],
  ['a collection is undone', oldCommit(true), [...TWO, deleteBranch, branchAtOld, undo(0)]],
  [
    'a collection is undone after another condemned the bytes of its commits',
    { ...oldCommit(false), row: { touchedAt: 0 } },
    [...THREE, undo(0), branchAtOld],
    6,
  ],
];

/** Looks for a schedule that loses something when one rule does not hold. */
function without(rule: keyof Rules, name: string) {
  const [, initial, actors, ticks = TICKS] = SCENARIOS.find(([each]) => each === name)!;
  return explore(initial, actors, { ...ALL_RULES, [rule]: false }, ticks).counterexample;
}

describe('the protocol of garbage collection, in all schedules', () => {
  test.each(SCENARIOS)(
    'nothing is lost when %s',
    (_, initial, actors, ticks = TICKS) => {
      const { states, counterexample } = explore(initial, actors, ALL_RULES, ticks);
      expect(counterexample).toBeUndefined();
      expect(states).toBeGreaterThan(100);
    },
    60_000,
  );

  test.each<[keyof Rules, string]>([
    ['isTouched', 'old bytes are staged and committed by another'],
    ['isReadAgain', 'old bytes are staged and committed by another'],
    ['isHeld', 'a branch is put on an old commit'],
    ['isHeld', 'a repository goes and comes back'],
    ['isClaimedFirst', 'old bytes are uploaded again and committed'],
    ['isMarkedFirst', 'an old commit is cherry-picked'],
    ['isRevived', 'an old commit is cherry-picked'],
    ['isUndoneWithLater', 'a collection is undone after another condemned the bytes of its commits'],
  ])(
    'without the rule %s something is lost when %s',
    (rule, name) => {
      const found = without(rule, name);
      expect(found).toBeDefined();
      expect(found!.at(-1)).toMatch(/gone|collected/);
    },
    60_000,
  );
});
