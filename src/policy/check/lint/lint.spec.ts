import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadBundle } from '../../bundle/load-bundle.js';
import { MODEL_CONF } from '../../bundle/model-conf.js';
import { evaluateCondition } from '../../condition/evaluate-condition.js';
import { parseCondition } from '../../condition/parse-condition.js';
import { CompiledPolicy } from '../../decision/compiled-policy.js';
import { nearest } from '../../bundle/nearest.js';
import type { Decision } from '../../decision/decision.js';
import { decisionRequest, policyText } from '../../testing/arbitraries.js';
import { bundleOf } from '../../testing/bundle-of.js';
import { contradiction, implies } from './constraint.js';
import { lint } from './lint.js';

const NOW = Date.parse('2026-06-01T12:00:00Z');

/** `warning shadowed 2: …` for each finding about a line of a policy that is sound but for it. */
const said = (...lines: readonly string[]): string[] =>
  lint(bundleOf([...lines, ...SOUND].join('\n')), NOW).map(
    ({ severity, check, line, message }) => `${severity} ${check} ${line}: ${message}`,
  );

const SOUND = [
  'p, BASE, role:reader, acme, dataset/**, read, *, -, allow',
  'g, user:bob.smith, role:reader, acme, -, -',
  'g, user:bob.smith, role:reader, acme/sales, -, -',
  'g2, acme, *',
  'g2, acme/sales, acme',
  'g3, pii.email, pii',
  'g3, restricted, *',
];

describe('lint', () => {
  it('has nothing to say of what is sound', () => {
    expect(said()).toEqual([]);
  });

  it.each([
    // Shadowed and dead.
    [
      'p, X, role:reader, acme/sales, dataset/orders, read, *, mfa == true, allow',
      'warning shadowed 1: X adds nothing to BASE',
    ],
    [
      'p, X, role:reader, acme, dataset/**, read, *, -, allow',
      undefined,
      'warning shadowed 2: BASE adds nothing to X',
    ],
    ['p, X, role:reader, acme, **, read, any(pii.email), -, allow', undefined],
    [
      'p, X, *, acme, **, *, *, -, deny',
      undefined,
      'warning dead 2: BASE never allows anything: X denies all of it',
    ],
    ['p, X, *, acme, **, *, *, mfa == false, deny', undefined],
    ['p, X, *, acme, dataset/**, read, any(pii), -, deny', undefined],
    // Never.
    [
      'p, X, role:reader, acme, dataset/**, write, *, branch == main && branch == dev, allow',
      'warning never 1: X can never take effect: no value of branch meets its condition',
    ],
    [
      'p, X, *, acme, dataset/**, write, *, approvals < 2 && approvals > 2, deny',
      'error never 1: X can never take effect',
    ],
    [
      'p, X, role:reader, acme, dataset/**, administer, *, -, allow',
      'warning never 1: X can never take effect: administer is only ever asked of system',
    ],
    [
      'p, X, *, acme, dataset/**, infer, *, -, deny',
      'error never 1: X can never take effect: infer is only ever asked of endpoint',
    ],
    [
      'p, X, *, acme, system/policy, *, *, -, deny',
      'error never 1: X can never take effect: parts of the service stand in the namespace *',
    ],
    // Names.
    [
      'p, X, *, acme, **, *, any(restrcted), -, deny',
      'error tag 1: X names the classification restrcted, which nothing declares; did you mean restricted?',
    ],
    [
      'p, X, role:reader, acme, model/**, read, none(restrcted), -, allow',
      'error tag 1: X names the classification restrcted',
    ],
    [
      'p, X, role:reader, acme, model/**, read, any(restrcted), -, allow',
      'warning tag 1: X names the classification restrcted',
    ],
    [
      'p, X, *, acme, **, *, any(geo), -, deny',
      'warning tag 1: X names the classification geo, which no g3 line declares; add "g3, geo, *"',
    ],
    ['p, X, *, acme, **, *, any(unclassified), -, deny', undefined],
    [
      'p, X, role:raeder, acme, **, *, *, -, deny',
      'error unheld 1: X is for role:raeder, which nobody holds; did you mean role:reader?',
    ],
    [
      'p, X, role:raeder, acme, **, write, *, -, allow',
      'warning unheld 1: X is for role:raeder, which nobody holds; did you mean role:reader?',
    ],
    [
      'p, X, role:fraud, acme, **, write, *, -, allow',
      'warning unheld 1: X is for role:fraud, which nobody holds; grant it',
    ],
    [
      'g, user:bob.smth, role:reader, *, -, -',
      'warning subject 1: user:bob.smth is named here alone; did you mean user:bob.smith?',
    ],
    ['g, user:bob.simth, role:reader, *, -, -', 'warning subject 1: user:bob.simth is named here alone'],
    ['g, user:rob.smith, role:reader, *, -, -', undefined],
    [
      'p, X, *, *, system/polcy, administer, *, -, deny',
      'error object 1: X is about system/polcy, which nothing asks for; did you mean system/policy?',
    ],
    // Grants.
    [
      'g, user:eve, role:reader, acme, -, 2026-05-31T00:00:00Z',
      'warning expired 1: user:eve as role:reader ended on 2026-05-31',
    ],
    [
      'g, user:eve, role:reader, acme, -, 2026-06-15T12:00:00Z',
      'warning expires-soon 1: user:eve as role:reader ends on 2026-06-15',
    ],
    ['g, user:eve, role:reader, acme, -, 2026-06-15T12:00:01Z', undefined],
    [
      'p, X, role:reader, acme, **, write, *, now < 2026-01-01T00:00:00Z, allow',
      'warning expired 1: X ended on 2026-01-01',
    ],
    [
      'p, X, user:eve, acme, **, write, *, now < 2026-06-02T00:00:00Z, allow',
      'warning expires-soon 1: X ends on 2026-06-02',
    ],
    ['p, X, user:eve, acme, **, write, *, -, allow', 'warning no-end 1: X allows user:eve for ever'],
    [
      'p, X, *, acme, **, write, *, mfa == true, allow',
      'warning everybody 1: X allows everybody (*) to write on ** in acme',
    ],
    [
      'p, X, *, *, **, *, *, -, allow',
      'error everybody 1: X allows everybody (*) to do everything',
      'warning shadowed 2: BASE adds nothing to X',
    ],
    [
      'p, X, *, *, system/policy, administer, *, -, allow',
      'error everybody 1: X allows everybody (*) to administer',
    ],
    ['p, X, *, acme, **, list, *, -, allow', undefined],
    // Masks.
    ['p2, X, *, acme, pii, write, sha256, -, allow', 'warning idle-mask 1: X masks what nobody could write'],
    [
      'p2, X, role:reader, acme, pii, read, none, -, deny',
      'warning idle-mask 1: X is an exemption, and no rule masks pii',
    ],
    [
      'p2, X, *, acme, pii, read, sha256, mfa == true && mfa == false, allow',
      'error never 1: X can never take effect',
    ],
    [
      'p2, X, *, acme, pii, *, sha256, -, allow',
      'warning only-denies 1: X is for every action, and only read carries masks out: all else is denied by it',
    ],
    // Filters.
    ['p3, X, role:reader, acme, dataset/**, read, none(pii), region == $region, -, allow', undefined],
    [
      'p3, X, role:raeder, acme, dataset/**, read, *, region == eu, -, allow',
      'error unheld 1: X is for role:raeder, which nobody holds; did you mean role:reader?',
    ],
    [
      'p3, X, *, acme, dataset/**, read, any(restrcted), region == eu, -, allow',
      'error tag 1: X names the classification restrcted',
    ],
    [
      'p3, X, *, acme, dataset/**, read, none(restrcted), region == eu, -, allow',
      'warning tag 1: X names the classification restrcted',
    ],
    [
      'p3, X, *, acme, dataset/**, read, *, region == eu, mfa == true && mfa == false, allow',
      'error never 1: X can never take effect: no value of mfa meets its condition',
    ],
    [
      'p3, X, *, acme, dataset/**, read, *, region == eu, now < 2026-01-01T00:00:00Z, allow',
      'warning expired 1: X ended on 2026-01-01',
    ],
    [
      'p3, X, *, acme, model/**, read, *, region == eu, -, allow',
      'warning idle-filter 1: X filters what nobody could read: no rule allows it',
    ],
    [
      'p3, X, *, acme, dataset/**, read, *, region == eu && Region in [us uk], -, allow',
      'warning no-rows 1: X shows no row: no value of region meets "region == eu && Region in [us uk]"; correct it',
    ],
    [
      'p3, X, *, acme, dataset/**, *, *, region == eu, -, allow',
      'warning only-denies 1: X is for every action, and only read carries filters out',
    ],
    [
      'p3, X, *, acme, dataset/**, read, *, none, -, deny',
      'warning idle-filter 1: X is an exemption, and no rule filters dataset/** where it holds',
    ],
  ])('of %s says what to do', (line, ...expected) => {
    const found = said(line);
    const wanted = expected.filter((each) => each !== undefined);
    expect(found).toHaveLength(wanted.length);
    for (const each of wanted) expect(found).toContainEqual(expect.stringContaining(each));
  });

  it('a mask that an exemption always lifts is an error, and one that another outdoes is odd', () => {
    const mask = 'p2, M, *, acme, pii.email, read, sha256, -, allow';
    expect(said(mask, 'p2, E, *, *, pii, *, none, -, deny')).toEqual([
      expect.stringContaining('error dead 1: M masks nothing: the exemption E lifts all of it'),
    ]);
    expect(said(mask, 'p2, E, role:reader, acme, pii, read, none, purpose == fraud, deny')).toEqual([]);
    expect(said(mask, 'p2, N, *, acme, pii, read, null, -, allow')).toEqual([
      expect.stringContaining('warning shadowed 1: M adds nothing to N'),
    ]);
    expect(said(mask, 'p2, N, *, acme, pii, read, partial:4, -, allow')).toEqual([]);
  });

  it('an exemption by what a request says does not lift what holds where it says nothing', () => {
    const mask = 'p2, M, *, acme, pii, read, sha256, purpose == fraud, allow';
    expect(said(mask, 'p2, E, *, acme, pii, read, none, purpose == fraud, deny')).toEqual([]);
    const filter = 'p3, F, *, acme, dataset/**, read, *, a == 1, purpose == fraud, allow';
    expect(said(filter, 'p3, E, *, acme, dataset/**, read, *, none, purpose == fraud, deny')).toEqual([]);
  });

  it('a filter that an exemption always lifts is an error, and one that another outdoes or contradicts is odd', () => {
    const filter =
      'p3, F, role:reader, acme/sales, dataset/o*, read, any(pii.email), a == 1 && b is null, -, allow';
    const other = (rest: string) => said(filter, `p3, O, ${rest}`);
    expect(other('*, acme, dataset/**, *, any(pii), none, -, deny')).toEqual([
      expect.stringContaining('error dead 1: F filters nothing: the exemption O lifts all of it'),
    ]);
    expect(other('*, acme, dataset/orders, read, *, none, -, deny')).toEqual([]);
    expect(other('*, acme, **, read, *, (b is null && c == 2) && a == 1, -, allow')).toEqual([
      expect.stringContaining('warning shadowed 1: F adds nothing to O'),
    ]);
    expect(other('*, acme, **, read, *, a == 1, -, allow')).toEqual([]);
    expect(other('*, acme, **, read, *, a == 1 && b is null, mfa == false, allow')).toEqual([]);
    expect(other('*, acme, **, read, *, b > 0 || a < 1, -, allow')).toEqual([]);
    expect(other('*, acme, **, read, *, b > 0, -, allow')).toEqual([
      'warning no-rows 1: F shows no row: whom it is for must also pass O, and no row passes both; narrow one of them',
    ]);
  });

  it('a rule for a role that another role always brings along is shadowed by that one', () => {
    const extra = 'p, X, role:lead, acme, dataset/**, read, *, -, allow';
    expect(said(extra, 'g, user:sue, role:lead, acme, -, -', 'g, role:lead, role:reader, *, -, -')).toEqual([
      expect.stringContaining('warning shadowed 1: X adds nothing to BASE'),
    ]);
    const until = 'g, role:lead, role:reader, *, -, 2027-01-01T00:00:00Z';
    expect(said(extra, 'g, user:sue, role:lead, acme, -, -', until)).toEqual([]);
  });
});

it('what lint calls superfluous changes no answer when it is taken out, whatever the policy and the question', () => {
  let found = 0;
  fc.assert(
    fc.property(policyText, fc.array(decisionRequest, { minLength: 40, maxLength: 40 }), (text, requests) => {
      const bundle = bundleOf(text);
      const odd = lint(bundle, NOW).find(({ check }) => check === 'shadowed' || check === 'dead');
      if (odd === undefined) return;
      found += 1;
      const lines = text.split('\n');
      const without = lines.filter((_, index) => index !== odd.line - 1).join('\n');
      const files = [
        { path: 'model.conf', text: MODEL_CONF },
        { path: 'policy.csv', text: `${without}\n${ROLES}` },
      ];
      const [policy, other] = [new CompiledPolicy(bundle), new CompiledPolicy(loadBundle(files))];
      for (const request of requests) {
        for (const appliesMasks of [true, false]) {
          const [left, right] = [policy, other].map((each) => each.decide({ ...request, appliesMasks }));
          expect(right!.allowed).toBe(left!.allowed);
          expect(right!.obligations.map(({ tag, mask }) => [tag, mask])).toEqual(
            left!.obligations.map(({ tag, mask }) => [tag, mask]),
          );
          expect(rowsSeen(right!)).toEqual(rowsSeen(left!));
        }
      }
    }),
    { numRuns: 150 },
  );
  expect(found).toBeGreaterThan(50);
});

/** What the rows that are seen are held to, every part once. */
function rowsSeen({ filters }: Decision): readonly string[] {
  const parts = filters.flatMap(({ filter }) => (filter.kind === 'and' ? filter.parts : [filter]));
  return [...new Set(parts.map((part) => JSON.stringify(part)))].sort();
}

/** So that no role is left without a rule. */
const ROLES = ['a', 'b', 'c', 'd', 'e']
  .map((role) => `p, KEEP-${role}, role:${role}, *, endpoint/never, infer, *, -, allow`)
  .join('\n');

describe('conditions', () => {
  const clause = fc.oneof(
    fc
      .tuple(fc.constantFrom('==', '!='), fc.constantFrom('a', 'b'))
      .map(([op, value]) => `branch ${op} ${value}`),
    fc.constantFrom('branch in [a b]', 'branch in [b c]'),
    fc
      .tuple(fc.constantFrom('==', '!=', '<', '<=', '>', '>='), fc.integer({ min: 1, max: 3 }))
      .map(([op, value]) => `clearance ${op} ${value}`),
    fc.tuple(fc.constantFrom('==', '!='), fc.boolean()).map(([op, value]) => `mfa ${op} ${value}`),
  );
  const condition = fc
    .array(clause, { minLength: 1, maxLength: 4 })
    .map((clauses) => parseCondition(clauses.join(' && ')))
    .map((parsed) => {
      if (typeof parsed === 'string') throw new TypeError(parsed);
      return parsed;
    });
  const contexts = [undefined, 'a', 'b', 'c', 'd'].flatMap((branch) =>
    [undefined, 0, 1, 1.5, 2, 2.5, 3, 4].flatMap((clearance) =>
      [undefined, true, false].map((mfa) => ({ now: new Date(NOW), branch, clearance, mfa })),
    ),
  );

  it('contradict themselves exactly when nothing meets them', () => {
    fc.assert(
      fc.property(condition, (each) => {
        const isMet = contexts.some((context) => evaluateCondition(each, context) === 'true');
        expect(contradiction(each) === undefined).toBe(isMet);
      }),
    );
  });

  it('that imply another are met by nothing that does not meet it, and fail wherever it fails', () => {
    let implied = 0;
    fc.assert(
      fc.property(condition, condition, (narrow, wide) => {
        if (contradiction(narrow) !== undefined || !implies(narrow, wide)) return;
        implied += 1;
        for (const context of contexts) {
          const [left, right] = [narrow, wide].map((each) => evaluateCondition(each, context));
          if (left === 'true') expect(right).toBe('true');
          if (right === 'false') expect(left).toBe('false');
        }
      }),
      { numRuns: 3_000 },
    );
    expect(implied).toBeGreaterThan(100);
  });
});

it.each([
  ['raeder', 'reader'],
  ['administr', 'administer'],
  ['rd', undefined],
  ['team-1', undefined],
  ['writer', undefined],
])('%s is taken for %s', (word, meant) => {
  expect(nearest(word, ['reader', 'administer', 'team-2', 'red'])).toBe(meant);
});
