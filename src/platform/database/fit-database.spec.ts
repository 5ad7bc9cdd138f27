import { expect, test } from '@jest/globals';
import { type DatabaseTraits, unfitness } from './fit-database.js';

const FIT: DatabaseTraits = {
  versionNumber: 140_000,
  version: '14.0',
  encoding: 'UTF8',
  isStandby: false,
};

test.each([
  [{}, undefined],
  [{ versionNumber: 130_023, version: '13.23' }, /PostgreSQL 13\.23.*needs 14/],
  [{ encoding: 'LATIN1' }, /LATIN1.*ENCODING 'UTF8'/],
  [{ isStandby: true }, /standby/],
])('%j is told from what is fit', (trait, said) => {
  const reason = unfitness({ ...FIT, ...trait });
  if (said === undefined) expect(reason).toBeUndefined();
  else expect(reason).toMatch(said);
});
