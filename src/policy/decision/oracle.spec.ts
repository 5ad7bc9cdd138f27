import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ACME } from '../testing/acme.csv.js';
import { decisionRequest, NAMES, OBJECTS, policyText } from '../testing/arbitraries.js';
import { bundleOf } from '../testing/bundle-of.js';
import { CasbinOracle } from '../testing/casbin-oracle.js';
import { disagreements, noTally } from '../testing/compare.js';
import { ASSET_KINDS } from '../vocabulary.js';
import { CompiledPolicy } from './compiled-policy.js';
import type { DecisionRequest } from './decision.js';

const BUNDLES = 40;
const REQUESTS_PER_BUNDLE = 500;
/** Set it to what a failure printed to see that failure again. */
const SEED = 20_261_124;

describe('the compiled policy and stock Casbin over the same files', () => {
  it(`agree on ${BUNDLES * REQUESTS_PER_BUNDLE} random requests, access and masks`, async () => {
    const tally = noTally();
    for (const [index, text] of fc.sample(policyText, { seed: SEED, numRuns: BUNDLES }).entries()) {
      const requests = fc.sample(decisionRequest, { seed: SEED + index, numRuns: REQUESTS_PER_BUNDLE });
      const found = disagreements(
        new CompiledPolicy(bundleOf(text)),
        await CasbinOracle.load(text),
        requests,
        tally,
      );
      expect({ text, found }).toEqual({ text, found: [] });
    }
    expect(tally.allowed + tally.denied).toBe(20_000);
    for (const count of Object.values(tally)) expect(count).toBeGreaterThan(500);
  });

  it('agree on what every pattern matches', async () => {
    const matches = new Set<boolean>();
    for (const pattern of OBJECTS) {
      const text = `p, A, *, *, ${pattern}, read, *, -, allow`;
      const policy = new CompiledPolicy(bundleOf(text));
      const oracle = await CasbinOracle.load(text);
      for (const [kind, name] of ASSET_KINDS.flatMap((each) =>
        NAMES.map((named) => [each, named] as const),
      )) {
        const context = { now: new Date('2026-05-01T00:00:00Z') };
        const request = {
          subject: 'user:x',
          action: 'read',
          namespace: 'n',
          kind,
          name,
          tags: [],
          context,
        } as const;
        const allowed = oracle.allows(request);
        matches.add(allowed);
        expect([pattern, kind, name, policy.decide(request).allowed]).toEqual([pattern, kind, name, allowed]);
      }
    }
    expect(matches.size).toBe(2);
  });

  it('agree on the policy by which the model is explained', async () => {
    const now = new Date('2026-05-01T00:00:00Z');
    const request = (subject: string, rest: Partial<DecisionRequest>): DecisionRequest => ({
      ...{
        subject,
        action: 'read',
        namespace: 'acme/sales',
        kind: 'dataset',
        name: 'orders',
        tags: [],
        context: { now },
      },
      ...rest,
    });
    const fraud = { now, purpose: 'fraud', mfa: true };
    const tags = ['pii.email'];
    const requests = [
      ...[
        request('user:bob', {}),
        request('user:bob', { tags }),
        request('user:bob', { tags: ['restricted'] }),
      ],
      ...[
        request('user:eve', { tags, context: fraud }),
        request('user:eve', { tags, context: { ...fraud, now: new Date('2026-08-01T00:00:00Z') } }),
      ],
      ...[
        request('user:sue', { action: 'write', context: { now, branch: 'main' } }),
        request('user:vendor1', {}),
      ],
      ...[request('service:nightly', { action: 'train', kind: 'model', context: { now, branch: 'main' } })],
    ];
    const policy = new CompiledPolicy(bundleOf(ACME));
    expect(disagreements(policy, await CasbinOracle.load(ACME), requests, noTally())).toEqual([]);
    expect(requests.map((each) => policy.decide({ ...each, appliesMasks: true }).rules)).toEqual([
      ...[['R-001'], ['R-001'], ['D-001']],
      ...[['R-001', 'R-004'], []],
      ...[['D-002'], ['R-005'], ['R-003']],
    ]);
  });
});
