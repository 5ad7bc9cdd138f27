import { describe, expect, it } from '@jest/globals';
import { AccessDeniedError } from '../access-denied-error.js';
import { ACME } from '../testing/acme.csv.js';
import { bundleOf } from '../testing/bundle-of.js';
import { systemResource } from '../vocabulary.js';
import { CompiledPolicy } from './compiled-policy.js';
import type { DecisionRequest } from './decision.js';

const now = new Date('2026-05-01T00:00:00Z');
const policy = new CompiledPolicy(bundleOf(ACME));

function request(rest: Partial<DecisionRequest>): DecisionRequest {
  return {
    ...{ subject: 'user:bob', action: 'read', namespace: 'acme/sales', kind: 'dataset', name: 'orders' },
    ...{ tags: [], context: { now } },
    ...rest,
  };
}

describe('a decision', () => {
  it('names every rule that matched, with the roles and the classifications that led to it', () => {
    const decision = policy.decide(
      request({
        ...{ subject: 'user:eve', tags: ['pii.email'] },
        context: { now, purpose: 'fraud', mfa: true },
      }),
    );
    expect(decision).toEqual({
      allowed: true,
      rules: ['R-001', 'R-004'],
      reason: 'allowed by R-001 and R-004',
      matched: [
        {
          id: 'R-001',
          effect: 'allow',
          rolePath: ['user:eve', 'role:fraud', 'role:reader'],
          tagPaths: [],
          condition: 'true',
        },
        {
          id: 'R-004',
          effect: 'allow',
          rolePath: ['user:eve', 'role:fraud'],
          tagPaths: [['pii.email', 'pii']],
          condition: 'true',
        },
        {
          id: 'M-002',
          effect: 'mask',
          rolePath: ['user:eve', '*'],
          tagPaths: [['pii.email']],
          condition: 'true',
        },
        {
          id: 'M-001',
          effect: 'mask',
          rolePath: ['user:eve', '*'],
          tagPaths: [['pii.email', 'pii']],
          condition: 'true',
        },
        {
          id: 'M-003',
          effect: 'exempt',
          rolePath: ['user:eve', 'role:fraud'],
          tagPaths: [['pii.email', 'pii']],
          condition: 'true',
        },
      ],
      obligations: [],
      filters: [],
      bundleVersion: policy.version,
    });
  });

  it('is no when no rule allows, and says of what', () => {
    expect(policy.decide(request({ action: 'manage' }))).toMatchObject({
      allowed: false,
      rules: [],
      reason: 'no rule allows user:bob to manage dataset/orders in acme/sales',
    });
  });

  it('is no when a rule denies, whatever allows', () => {
    const decision = policy.decide(request({ tags: ['restricted'], context: { now, clearance: 2 } }));
    expect(decision).toMatchObject({
      allowed: false,
      rules: ['D-001'],
      reason: 'denied by D-001',
      obligations: [],
    });
    expect(decision.matched.map(({ id }) => id)).toEqual(['R-001', 'D-001']);
  });

  it('is no when what a deny depends on is not known', () => {
    const { allowed, matched } = policy.decide(request({ tags: ['restricted'] }));
    expect(allowed).toBe(false);
    expect(matched.at(-1)).toMatchObject({ id: 'D-001', condition: 'unknown' });
  });

  it('is no when what an allow depends on is not known', () => {
    const vendor = request({ subject: 'service:nightly', action: 'train', kind: 'model' });
    expect(policy.decide(vendor).allowed).toBe(false);
    expect(policy.decide({ ...vendor, context: { now, branch: 'main' } }).allowed).toBe(true);
  });

  it('is no from the moment a role link ends', () => {
    const eve = (text: string) =>
      policy.decide(request({ subject: 'user:eve', context: { now: new Date(text) } })).allowed;
    expect(
      ['2025-12-31T23:59:59Z', '2026-01-01T00:00:00Z', '2026-06-29T23:59:59Z', '2026-06-30T00:00:00Z'].map(
        eve,
      ),
    ).toEqual([...[false, true, true, false]]);
  });

  it('does not carry a role link up or sideways in the tree of namespaces', () => {
    const sue = (namespace: string) => policy.decide(request({ subject: 'user:sue', namespace })).allowed;
    expect(['acme/sales', 'acme', 'acme/sales2', 'acme/sales/eu', '*'].map(sue)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('asks for the strictest mask of a classification, by all the rules that ask for one', () => {
    const decision = policy.decide(request({ tags: ['pii.email', 'pii'], appliesMasks: true }));
    expect(decision).toMatchObject({ allowed: true, rules: ['R-001'] });
    expect(decision.obligations).toEqual([
      { tag: 'pii', mask: { kind: 'sha256' }, rules: ['M-001'] },
      { tag: 'pii.email', mask: { kind: 'sha256' }, rules: ['M-002', 'M-001'] },
    ]);
  });

  it('is no when a mask would not be carried out', () => {
    expect(policy.decide(request({ tags: ['pii.email'] }))).toMatchObject({
      allowed: false,
      rules: ['M-002', 'M-001'],
      reason: 'the mask of pii.email by M-002 and M-001 cannot be carried out here',
    });
  });

  it('exempts from a mask only when the exemption is known to hold', () => {
    const eve = request({ subject: 'user:eve', tags: ['pii'], appliesMasks: true });
    expect(policy.decide(eve).obligations).toHaveLength(1);
    expect(policy.decide({ ...eve, context: { now, purpose: 'audit' } }).obligations).toHaveLength(1);
    expect(policy.decide({ ...eve, context: { now, purpose: 'fraud' } }).obligations).toEqual([]);
  });

  it.each<[string, object]>([
    ['"role:steward" is not a subject that can ask', { subject: 'role:steward' }],
    ['"*" is not a subject that can ask', { subject: '*' }],
    ['"destroy" is not an action', { action: 'destroy' }],
    ['"table" is not a kind', { kind: 'table' }],
    [
      'system objects know only the action administer, not read',
      { kind: 'system', name: 'audit', namespace: '*' },
    ],
    ['the time of the request is not known', { context: { now: new Date(Number.NaN) } }],
  ])('is no to a strange request: %s', (reason, strange) => {
    expect(policy.decide(request(strange))).toMatchObject({ allowed: false, rules: [], reason });
  });

  it('lets only what is granted in the root namespace reach the parts of the service', () => {
    const admins = new CompiledPolicy(
      bundleOf(
        [
          'p, A, role:admin, *, **, *, *, -, allow',
          'g2, acme, *',
          'g, user:root, role:admin, *, -, -',
          'g, user:local, role:admin, acme, -, -',
        ].join('\n'),
      ),
    );
    const may = (subject: string) =>
      admins.decide({ ...systemResource('audit'), subject, action: 'administer', context: { now } }).allowed;
    expect(['user:root', 'user:local'].map(may)).toEqual([true, false]);
  });
});

describe('the place of an asset known only from events', () => {
  it('is that of the first pattern that matches its namespace', () => {
    const bundle = bundleOf(`${ACME}g2, lab, *`, 's3://raw-*, lab\npostgres://**, acme\n**, acme/sales');
    const { placeOf } = { placeOf: (namespace: string) => new CompiledPolicy(bundle).placeOf(namespace) };
    expect(['s3://raw-fish', 's3://raw', 'postgres://db:5432', '', '..', 'a\nb'].map(placeOf)).toEqual([
      ...['lab', 'acme/sales', 'acme', 'acme/sales', 'acme/sales', 'acme/sales'],
    ]);
  });

  it('is that of the first pattern that matches any of its names', () => {
    const bundle = bundleOf(`${ACME}g2, lab, *`, 's3a://secret, lab\ns3://**, acme\n**, acme/sales');
    const compiled = new CompiledPolicy(bundle);
    expect(compiled.placeOf('s3://secret', 's3a://secret')).toBe('lab');
    expect(compiled.placeOf('s3a://secret', 's3://secret')).toBe('lab');
    expect(compiled.placeOf('file', 's3://other')).toBe('acme');
  });

  it('is external when the bundle says nothing of places', () => {
    expect(policy.placeOf('kafka://broker:9092')).toBe('external');
  });
});

it('an access denied names who, what, where and the rule, and is forbidden', () => {
  const asked = request({ tags: ['restricted'] });
  const error = new AccessDeniedError(asked.subject, asked.action, asked, policy.decide(asked));
  expect(error.message).toContain('user:bob may not read dataset/orders in acme/sales: denied by D-001.');
  expect(error).toMatchObject({
    kind: 'forbidden',
    rules: ['D-001'],
    details: { rules: ['D-001'], bundleVersion: policy.version },
  });
});
