import { describe, expect, it } from '@jest/globals';
import { ACME } from '../testing/acme.csv.js';
import { bundleOf } from '../testing/bundle-of.js';
import { CompiledPolicy } from '../decision/compiled-policy.js';
import { allOf, anyOf, hasAnyTag, namespaceIn, not } from './combine.js';
import type { Plan } from './plan.js';

const ALL: Plan = { kind: 'all' };
const NONE: Plan = { kind: 'none' };
const PII = hasAnyTag(['pii']);
const MODEL: Plan = { kind: 'kindIs', value: 'model' };

describe('plans put together', () => {
  it.each<[string, Plan, Plan]>([
    ['nothing at all asked of all', allOf([]), ALL],
    ['no alternative', anyOf([]), NONE],
    ['all and something', allOf([ALL, PII]), PII],
    ['none or something', anyOf([NONE, PII]), PII],
    [
      'namespaces that have one in common',
      allOf([namespaceIn(['b', 'a']), namespaceIn(['b', 'c'])]),
      namespaceIn(['b']),
    ],
    ['namespaces that have none in common', allOf([namespaceIn(['a']), PII, namespaceIn(['c'])]), NONE],
    [
      'namespaces as alternatives',
      anyOf([namespaceIn(['b']), namespaceIn(['a', 'b'])]),
      namespaceIn(['a', 'b']),
    ],
    ['the same twice', anyOf([PII, hasAnyTag(['pii'])]), PII],
    ['what an alternative says already', anyOf([MODEL, allOf([MODEL, PII])]), MODEL],
    [
      'a namespace within those of an alternative',
      anyOf([namespaceIn(['a', 'b']), allOf([namespaceIn(['a']), PII])]),
      namespaceIn(['a', 'b']),
    ],
    ['the opposite of the opposite', not(not(PII)), PII],
    ['the opposite of none', not(NONE), ALL],
    ['no tags', hasAnyTag([]), NONE],
    [
      'alternatives of alternatives',
      anyOf([PII, anyOf([MODEL, not(PII)])]),
      { kind: 'or', nodes: [PII, MODEL, not(PII)] },
    ],
  ])('%s', (_, plan, expected) => {
    expect(plan).toEqual(expected);
  });
});

describe('the plan of', () => {
  const policy = new CompiledPolicy(bundleOf(ACME));
  const now = new Date('2026-05-01T00:00:00Z');

  it('a reader is what their namespaces hold, without what is denied and what would have to be masked', () => {
    expect(policy.plan({ subject: 'user:bob', action: 'read', context: { now, clearance: 5 } })).toEqual({
      kind: 'and',
      nodes: [
        namespaceIn(['acme', 'acme/sales']),
        { kind: 'kindIs', value: 'dataset' },
        not(expect.anything() as unknown as Plan),
      ],
    });
    expect(
      policy.plan({
        subject: 'user:bob',
        action: 'read',
        context: { now, clearance: 5 },
        appliesMasks: true,
      }),
    ).toEqual({
      kind: 'and',
      nodes: [namespaceIn(['acme', 'acme/sales']), { kind: 'kindIs', value: 'dataset' }],
    });
  });

  it('somebody without roles is nothing', () => {
    expect(policy.plan({ subject: 'user:nobody', action: 'read', context: { now } })).toEqual(NONE);
  });

  it('somebody who is not a subject is nothing', () => {
    expect(policy.plan({ subject: 'role:steward', action: 'read', context: { now } })).toEqual(NONE);
  });
});
