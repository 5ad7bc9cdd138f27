import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CompiledPolicy } from '../decision/compiled-policy.js';
import { maskName } from '../mask/mask.js';
import { planMatches } from '../plan/plan.js';
import { decisionRequest, policyText } from '../testing/arbitraries.js';
import { bundleOf } from '../testing/bundle-of.js';
import { changesOfClass } from './access-changes.js';
import { filterTexts } from './flips.js';
import { affectedClasses, namedCandidates } from './classes.js';
import { lineChanges } from './line-changes.js';

const NOW = new Date('2026-05-05T05:05:05Z');

/** So that a role whose last rule is taken out is still known. */
const KEPT = ['a', 'b', 'c', 'd', 'e']
  .map((role) => `p, KEEP-${role}, role:${role}, *, endpoint/never, infer, *, -, allow`)
  .join('\n');

it('what is told of two policies is what both answer to everybody about every asset, and nothing is left out', () => {
  let flips = 0;
  let filterFlips = 0;
  fc.assert(
    fc.property(
      policyText,
      fc.nat(),
      fc.array(decisionRequest, { minLength: 40, maxLength: 40 }),
      (text, chosen, rows) => {
        const lines = text.split('\n').filter((line) => !line.startsWith('g2'));
        const spaces = text.split('\n').filter((line) => line.startsWith('g2'));
        const gone = chosen % lines.length;
        const after = [...lines.slice(0, gone), ...lines.slice(gone + 1), ...spaces, KEPT].join('\n');
        const policies = [`${text}\n${KEPT}`, after].map((each) => new CompiledPolicy(bundleOf(each)));
        const [old, next] = policies as [CompiledPolicy, CompiledPolicy];
        const bundles = policies.map(({ bundle }) => bundle);
        const known = ['user:u1', 'user:u2', 'user:nobody'].map((label, index) => ({
          ...{ label, subject: label, groups: index === 0 ? ['group:g1', 'group:none'] : [] },
          context: index === 1 ? { mfa: true, branch: 'dev', clearance: 2 } : {},
        }));
        const candidates = [...known, ...namedCandidates(bundles, known, {})];
        const classes = affectedClasses(bundles, lineChanges(old.bundle, next.bundle), candidates);
        const wrong: unknown[] = [];
        const same = (what: string, isTold: boolean, isSo: boolean, of: unknown): void => {
          if (isTold !== isSo) wrong.push({ what, isTold, isSo, of });
        };
        for (const { label, subject, groups, context } of candidates) {
          const of = classes.find(({ labels }) => labels.includes(label));
          const changes = of === undefined ? [] : changesOfClass(old, next, of, NOW);
          for (const { namespace, kind, name, tags, action } of rows) {
            if (action === 'administer') continue;
            const row = { namespace, kind, name, tags };
            const request = {
              ...row,
              subject,
              groups,
              action,
              context: { ...context, now: NOW },
              appliesMasks: true,
            };
            const [was, is] = [old.decide(request), next.decide(request)];
            const told = (which: string, tag?: string): boolean =>
              changes.some(
                ({ kind: found, actions, plan, mask }) =>
                  found === which && actions.includes(action) && mask?.tag === tag && planMatches(plan, row),
              );
            const toldFilter = (which: 'removed' | 'added', text: string): boolean =>
              changes.some(
                ({ actions, plan, filter }) =>
                  filter?.[which].includes(text) && actions.includes(action) && planMatches(plan, row),
              );
            same('gained', told('gained'), is.allowed && !was.allowed, request);
            same('lost', told('lost'), was.allowed && !is.allowed, request);
            if (was.allowed !== is.allowed) flips += 1;
            for (const tag of tags) {
              const [left, right] = [was, is].map(({ obligations }) => {
                const mask = obligations.find((each) => each.tag === tag)?.mask;
                return mask && maskName(mask);
              });
              const isMaskedOtherwise = was.allowed && is.allowed && left !== right;
              same('masked-otherwise', told('masked-otherwise', tag), isMaskedOtherwise, { ...request, tag });
              if (isMaskedOtherwise) flips += 1;
            }
            const [seen, sees] = [was, is].map((each) => filterTexts(each)) as [string[], string[]];
            for (const text of new Set([...seen, ...sees])) {
              const isFilteredOtherwise = was.allowed && is.allowed;
              const isRemoved = isFilteredOtherwise && !sees.includes(text);
              const isAdded = isFilteredOtherwise && !seen.includes(text);
              same('removed', toldFilter('removed', text), isRemoved, { ...request, text });
              same('added', toldFilter('added', text), isAdded, { ...request, text });
              if (isRemoved || isAdded) filterFlips += 1;
            }
          }
        }
        expect(wrong).toEqual([]);
      },
    ),
    { numRuns: 150 },
  );
  // Random policies that never differ would prove nothing.
  expect(flips).toBeGreaterThan(0);
  expect(filterFlips).toBeGreaterThan(0);
});

it('changed lines are told with file, line and the columns that changed', () => {
  const before = bundleOf(
    'p, A, role:a, *, **, read, *, -, allow\ng, user:bob, role:a, *, -, -\ng3, pii.name, pii',
  );
  const after = bundleOf(
    'p, A, role:a, *, **, read, any(pii), mfa == true, allow\np, B, *, *, **, list, *, -, allow\ng, user:bob, role:a, *, -, 2027-01-01T00:00:00Z\ng3, pii.name, pii',
  );
  const told = lineChanges(before, after).map(({ change, what, line, columns }) => [
    change,
    what,
    line,
    columns.map(({ name, before: was, after: is }) => `${name}: ${was} → ${is}`),
  ]);
  expect(told).toEqual([
    ['changed', 'A', 1, ['tags: * → any(pii)', 'when: - → mfa == true']],
    [
      'added',
      'B',
      2,
      [
        'sub: undefined → *',
        'ns: undefined → *',
        'obj: undefined → **',
        'act: undefined → list',
        'tags: undefined → *',
        'when: undefined → -',
        'eft: undefined → allow',
      ],
    ],
    ['removed', 'g, user:bob, role:a, *, -, -', 2, []],
    ['added', 'g, user:bob, role:a, *, -, 2027-01-01T00:00:00Z', 3, []],
  ]);
});
