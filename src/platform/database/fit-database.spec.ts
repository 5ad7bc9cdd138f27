import { expect, test } from '@jest/globals';
import { type DatabaseTraits, unfitness, unreached } from './fit-database.js';

const FIT: DatabaseTraits = {
  product: 'PostgreSQL',
  versionNumber: 140_000,
  version: '14.0',
  encoding: 'UTF8',
  isStandby: false,
  user: 'cairn',
  database: '"Lineage"',
  settings: {
    default_transaction_isolation: 'read committed',
    default_transaction_read_only: 'off',
    DateStyle: 'ISO, DMY',
    extra_float_digits: '1',
    standard_conforming_strings: 'on',
  },
};
const given = (name: string, value: string) => ({ settings: { ...FIT.settings, [name]: value } });

test.each([
  [{}, undefined],
  [{ versionNumber: 130_023, version: '13.23' }, /PostgreSQL 13\.23.*needs 14/],
  [{ encoding: 'LATIN1' }, /LATIN1.*ENCODING 'UTF8'/],
  [{ isStandby: true }, /standby/],
  [{ product: 'CockroachDB CCL' }, /it is CockroachDB CCL/],
  [
    given('default_transaction_isolation', 'serializable'),
    /ALTER ROLE cairn IN DATABASE "Lineage" SET default_transaction_isolation = 'read committed'/,
  ],
  [given('default_transaction_read_only', 'on'), /default_transaction_read_only = 'on'/],
  [given('DateStyle', 'German, DMY'), /SET DateStyle = 'ISO'/],
  [given('extra_float_digits', '0'), /SET extra_float_digits = '1'/],
  [given('standard_conforming_strings', 'off'), /SET standard_conforming_strings = 'on'/],
])('%j is told from what is fit', (trait, said) => {
  const reason = unfitness({ ...FIT, ...trait });
  if (said === undefined) expect(reason).toBeUndefined();
  else expect(reason).toMatch(said);
});

test('a certificate of an unknown authority is told with how to make it known', () => {
  const error = Object.assign(new Error('unable to verify the first certificate'), {
    code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  });
  expect(unreached(error)).toMatch(/^unable to verify the first certificate; .*sslrootcert=FILE/);
  expect(unreached(new Error('connect ECONNREFUSED'))).toBe('connect ECONNREFUSED');
});
