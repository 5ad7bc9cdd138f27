import { describe, expect, it } from '@jest/globals';
import { bundleOf } from '../testing/bundle-of.js';
import { CompiledPolicy } from './compiled-policy.js';
import type { DecisionRequest } from './decision.js';
import { permitOf } from './permit.js';

const policy = new CompiledPolicy(
  bundleOf(`p, READ, role:reader, *, **, read, *, -, allow
p2, PII, *, *, pii, read, redact, -, allow
p2, MAIL, *, *, pii.email, read, partial:4, -, allow
p2, NO-MAIL, role:support, *, pii.email, read, none, -, deny
p3, REGION, role:reader, *, dataset/**, read, any(pii), region == $region, -, allow
p3, LATER, role:reader, *, dataset/**, read, *, id < 10, purpose != audit, allow
p3, BOSS, role:boss, *, **, read, *, none, purpose == audit, deny
g, user:r, role:reader, *, -, -
g, user:s, role:reader, *, -, -
g, user:s, role:support, *, -, -
g, user:b, role:reader, *, -, -
g, user:b, role:boss, *, -, -
g3, pii.email, pii
g3, pii.name, pii
`),
);
const request = (rest: Partial<DecisionRequest> = {}): DecisionRequest => ({
  ...{ subject: 'user:r', action: 'read', namespace: 'n', kind: 'dataset', name: 'd', tags: [] },
  ...{ context: { now: new Date('2026-05-01T00:00:00Z') } },
  ...rest,
});

describe('what is to be done with what is read', () => {
  it('is the strictest mask of every column, by all rules, and every filter', () => {
    const columns = {
      email: ['pii.email'],
      name: ['pii.name', 'pii.email'],
      size: ['geo'],
    };
    const { decision, permit } = permitOf(policy, request({ columns }));
    expect(permit.masks).toEqual([
      { column: 'email', mask: { kind: 'redact' }, rules: ['MAIL', 'PII'] },
      { column: 'name', mask: { kind: 'redact' }, rules: ['MAIL', 'PII'] },
    ]);
    expect(permit.filters.map(({ rule }) => rule)).toEqual(['REGION', 'LATER']);
    expect(decision).toMatchObject({ allowed: true, rules: ['READ', 'MAIL', 'PII', 'REGION', 'LATER'] });
    expect(decision.reason).toBe(
      'allowed by READ; MAIL, PII masks email by redact; MAIL, PII masks name by redact; REGION filters rows; LATER filters rows',
    );
  });

  it('leaves a column unmasked whose own classification is exempted, though another one is not', () => {
    const columns = {
      email: ['pii.email'],
      name: ['pii'],
    };
    const { permit } = permitOf(policy, request({ subject: 'user:s', columns }));
    expect(permit.masks.map(({ column }) => column)).toEqual(['name']);
  });

  it('masks the columns below a classification that only the asset carries', () => {
    const columns = { email: ['pii.email'] };
    const { permit } = permitOf(policy, request({ subject: 'user:s', tags: ['pii', 'pii.email'], columns }));
    expect(permit.masks).toMatchObject([{ column: 'email', rules: ['PII'] }]);
  });

  it('is nothing but a no where a classification to be masked is on no column', () => {
    const columns = { email: ['pii.email'] };
    const { decision, permit } = permitOf(policy, request({ tags: ['pii.name'], columns }));
    expect(permit).toEqual({ masks: [], filters: [] });
    expect(decision).toMatchObject({
      ...{ allowed: false, rules: ['PII'], obligations: [], filters: [] },
      reason:
        'the mask of pii.name by PII cannot be carried out: the asset is classified so, and no column of it',
    });
  });

  it('knows no filters for who is known to be exempt, and all of them when that is not known', () => {
    const rules = (purpose?: string) =>
      permitOf(
        policy,
        request({ subject: 'user:b', context: { now: new Date(0), purpose }, columns: {} }),
      ).permit.filters.map(({ rule }) => rule);
    expect([rules('audit'), rules(), rules('x')]).toEqual([[], ['LATER'], ['LATER']]);
  });

  it('is a no, naming masks and filters, to who would not carry them out', () => {
    expect(policy.decide(request({ tags: ['pii.email'] }))).toMatchObject({
      ...{ allowed: false, rules: ['MAIL', 'PII', 'REGION', 'LATER'] },
      reason:
        'the mask of pii.email by MAIL and PII and the row filter REGION and LATER cannot be carried out here',
    });
    expect(policy.decide(request())).toMatchObject({ allowed: false, rules: ['LATER'] });
  });
});
