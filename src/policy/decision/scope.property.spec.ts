import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { planMatches } from '../plan/plan.js';
import { decisionRequest, policyText, scope } from '../testing/arbitraries.js';
import { bundleOf } from '../testing/bundle-of.js';
import { CompiledPolicy } from './compiled-policy.js';

it('a scope is one more condition before policy, of a decision as of a list', () => {
  const seen = { narrowed: 0, allowed: 0 };
  fc.assert(
    fc.property(
      policyText,
      scope,
      fc.array(decisionRequest, { minLength: 8, maxLength: 8 }),
      (text, ofCredential, requests) => {
        const bundle = bundleOf(text);
        const policy = new CompiledPolicy(bundle);
        for (const request of requests) {
          const { namespace, kind, name, tags, ...asked } = request;
          const { namespaces, actions } = ofCredential;
          const above = [...bundle.namespaces.pathFrom(namespace), '*'];
          const isInScope =
            (actions?.includes(request.action) ?? true) &&
            (namespaces?.some((one) => above.includes(one)) ?? true);
          const unscoped = policy.decide(request).allowed;
          const scoped = policy.decide({ ...request, scope: ofCredential });
          expect(scoped.allowed).toBe(unscoped && isInScope);
          expect(isInScope || scoped.reason.startsWith('the credential is for')).toBe(true);
          const plan = policy.plan({ ...asked, scope: ofCredential });
          expect(planMatches(plan, { namespace, kind, name, tags })).toBe(scoped.allowed);
          if (scoped.allowed) seen.allowed += 1;
          else if (unscoped) seen.narrowed += 1;
        }
      },
    ),
    { numRuns: 400 },
  );
  expect(Math.min(seen.narrowed, seen.allowed)).toBeGreaterThan(100);
});
