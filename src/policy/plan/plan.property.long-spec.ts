import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CompiledPolicy } from '../decision/compiled-policy.js';
import { decisionRequest, policyText } from '../testing/arbitraries.js';
import { bundleOf } from '../testing/bundle-of.js';
import { byNamespace } from './by-namespace.js';
import { planMatches, planMatchesAnyName } from './plan.js';

it('a plan holds for exactly the rows for which the decision is yes', () => {
  let yes = 0;
  let no = 0;
  let apart = 0;
  fc.assert(
    fc.property(policyText, fc.array(decisionRequest, { minLength: 12, maxLength: 12 }), (text, requests) => {
      const policy = new CompiledPolicy(bundleOf(text));
      const [{ subject, groups, action, context, appliesMasks }] = requests as [(typeof requests)[number]];
      const plan = policy.plan({ subject, groups, action, context, appliesMasks });
      const parts = byNamespace(plan);
      for (const { namespace, kind, name, tags } of requests) {
        const row = { namespace, kind, name, tags };
        const { allowed } = policy.decide({
          ...row,
          subject,
          groups,
          action,
          context,
          appliesMasks: appliesMasks ?? false,
        });
        expect({ row, allowed: planMatches(plan, row) }).toEqual({ row, allowed });
        expect([allowed, undefined]).toContain(planMatchesAnyName(plan, row));
        if (parts !== undefined) {
          const there = parts.filter(({ namespaces }) => namespaces.includes(namespace));
          expect(there.map((part) => planMatches(part.plan, row)).includes(true)).toBe(allowed);
          expect(there.length).toBeLessThan(2);
          apart += there.length;
        }
        if (allowed) yes += 1;
        else no += 1;
      }
    }),
    { numRuns: 1500 },
  );
  // A property that never sees one of the answers says nothing about it.
  expect(Math.min(yes, no)).toBeGreaterThan(1000);
  expect(apart).toBeGreaterThan(100);
});
