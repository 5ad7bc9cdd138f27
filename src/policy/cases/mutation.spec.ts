import { describe, expect, it } from '@jest/globals';
import { loadBundle } from '../bundle/load-bundle.js';
import { MODEL_CONF } from '../bundle/model-conf.js';
import { CompiledPolicy } from '../decision/compiled-policy.js';
import { bundleOf } from '../testing/bundle-of.js';
import { coverageOf } from './coverage.js';
import { isAsExpected, type Question } from './question.js';
import { readCases } from './read-cases.js';
import { mutate } from './survivors.js';

const POLICY = `p, READ, role:reader, acme, dataset/**, read, *, mfa == true && purpose == audit, allow
p, WRITE, role:writer, acme, dataset/**, write, *, -, allow
p, NO-PII, role:reader, acme, **, read, any(pii), -, deny
p2, MASK, *, acme, geo, read, sha256, clearance < 3, allow
p2, LIFT, role:writer, acme, geo, read, none, -, deny
p3, OWN, role:reader, acme, dataset/shops, read, any(geo), region == $region && gone is null, clearance < 3, allow
p3, ALL, role:writer, acme, dataset/**, read, *, none, -, deny
g, user:bob, role:reader, acme, -, -
g, user:sue, role:writer, acme/sales, -, -
g, role:writer, role:reader, *, -, -
g2, acme, *
g2, acme/sales, acme
g3, pii.email, pii
g3, geo, *`;

const bundle = bundleOf(POLICY);
const questionsOf = (text: string): readonly Question[] => readCases({ path: 'tests/a.yaml', text });

/** Every mutant built as a whole, from the text: what the quick way must agree with. */
function unnoticedByText(questions: readonly Question[]): string[] {
  const lines = POLICY.split('\n');
  return lines
    .flatMap((line, index) => {
      if (line.startsWith('g2, acme, *') || line.startsWith('g3, geo')) return [];
      const text = [...lines.slice(0, index), ...lines.slice(index + 1)].join('\n');
      // A role or namespace may be left without its only line; the loader's cross checks are not the question here.
      const padded = `${text}\np, PAD-R, role:reader, *, endpoint/never, infer, *, -, deny\np, PAD-W, role:writer, *, endpoint/never, infer, *, -, deny\ng2, acme/sales, *`;
      const whole = line.startsWith('g2, acme/sales') ? padded : padded.replace(/\ng2, acme\/sales, \*$/, '');
      const mutant = new CompiledPolicy(
        loadBundle([
          { path: 'model.conf', text: MODEL_CONF },
          { path: 'policy.csv', text: whole },
        ]),
      );
      const isNoticed = questions.some(
        ({ request, expected }) => !isAsExpected(mutant.decide(request), expected),
      );
      return isNoticed ? [] : [index + 1];
    })
    .map(String);
}

const MATRIX = `
matrix: everybody and everything
principals:
  bob: { subject: user:bob, context: { mfa: true, purpose: audit } }
  bob-at-home: { subject: user:bob, context: { purpose: audit } }
  bob-for-fun: { subject: user:bob, context: { mfa: true, purpose: fun } }
  bob-cleared: { subject: user:bob, context: { mfa: true, purpose: audit, clearance: 3 } }
  sue: { subject: user:sue, context: { mfa: true, purpose: audit } }
resources:
  orders: { namespace: acme/sales, kind: dataset, name: orders }
  people: { namespace: acme/sales, kind: dataset, name: people, tags: [pii.email] }
  shops: { namespace: acme/sales, kind: dataset, name: shops, tags: [geo] }
actions: [read, write]
allow:
  - { principals: [bob, bob-cleared, sue], resources: orders, actions: read }
  - { principals: bob, resources: shops, actions: read, masks: { geo: sha256 }, filters: '(region==$region) && gone is null' }
  - { principals: [bob-cleared, sue], resources: shops, actions: read }
  - { principals: sue, actions: write }
`;

describe('taking out one line after the other', () => {
  it('a matrix that states everything lets no mutant go unnoticed', async () => {
    const run = await mutate(new CompiledPolicy(bundle), questionsOf(MATRIX));
    expect(run).toEqual({ mutants: 18, isComplete: true, survivors: [] });
  });

  it.each([
    ['nothing of masks', MATRIX.replace(/ {2}shops: .*\n/, '').replace(/ {2}- .*shops.*\n/g, '')],
    ['no deny', MATRIX.replace(/ {2}people: .*\n/, '')],
    [
      'nothing of sue',
      MATRIX.replace(/ {2}sue: .*\n/, '')
        .replace(', sue]', ']')
        .replace(', sue]', ']')
        .replace(/.*principals: sue.*\n/, ''),
    ],
    [
      'only bob who writes',
      `[{sentence: x, subject: 'user:bob', action: write, namespace: acme, kind: dataset, name: a, expect: {allowed: false}}]`,
    ],
  ])(
    'with %s asked, the lines that go unnoticed are those that whole bundles without them show',
    async (_, text) => {
      const questions = questionsOf(text);
      const { survivors } = await mutate(new CompiledPolicy(bundle), questions);
      const lines = survivors
        .filter(({ kind }) => kind !== 'condition' && kind !== 'filter')
        .map(({ line }) => String(line));
      expect(lines.sort()).toEqual(unnoticedByText(questions).sort());
      expect(lines).not.toEqual([]);
    },
  );

  it('each clause of a condition is dropped by itself', async () => {
    const questions = questionsOf(MATRIX.replace(/ {2}bob-at-home: .*\n/, ''));
    const { survivors } = await mutate(new CompiledPolicy(bundle), questions);
    expect(survivors).toEqual([
      expect.objectContaining({
        kind: 'condition',
        what: 'READ without "mfa == …"',
        line: 1,
        isReached: true,
      }),
    ]);
  });

  it('each part of a filter is dropped by itself, and no test that only knows that there is a filter misses it', async () => {
    const asked = (expect: string) =>
      questionsOf(
        `[{sentence: x, subject: 'user:bob', action: read, namespace: acme, kind: dataset, name: shops, tags: [geo], context: {mfa: true, purpose: audit, clearance: 2}, expect: ${expect}}]`,
      );
    const unnoticed = async (expected: string) =>
      (await mutate(new CompiledPolicy(bundle), asked(expected))).survivors
        .filter(({ kind }) => kind === 'filter')
        .map(({ what, line, isReached }) => [what, line, isReached]);
    expect(await unnoticed('{allowed: false, rules: [MASK, OWN]}')).toEqual([
      ['OWN without "region == $region"', 6, true],
      ['OWN without "gone is null"', 6, true],
    ]);
    expect(await unnoticed('{allowed: true, filters: [region == $region && gone is null]}')).toEqual([]);
    expect(await unnoticed('{allowed: true, filters: gone is null}')).toHaveLength(2);
  });

  it('when the time is over nothing is said of survivors', async () => {
    const run = await mutate(new CompiledPolicy(bundle), questionsOf(MATRIX), { limitMs: -1 });
    expect(run).toEqual({ mutants: 18, isComplete: false, survivors: [] });
  });
});

it('coverage names the rules and links that decided nothing, with their lines', () => {
  const asked = questionsOf(
    `[{sentence: x, subject: 'user:sue', action: write, namespace: acme/sales, kind: dataset, name: a, expect: {allowed: true}}]`,
  );
  const { rules, roleLinks } = coverageOf(new CompiledPolicy(bundle), asked);
  expect(rules).toEqual({
    total: 7,
    uncovered: ['READ', 'NO-PII', 'MASK', 'LIFT', 'OWN', 'ALL'].map((what, index) => ({
      what,
      file: 'policy.csv',
      line: [1, 3, 4, 5, 6, 7][index],
    })),
  });
  expect(roleLinks.uncovered.map(({ line }) => line)).toEqual([8, 10]);
});

describe('a matrix', () => {
  const failing = (text: string): string => {
    try {
      readCases({ path: 'tests/a.yaml', text }, 400);
      return '';
    } catch (error) {
      return `${(error as { line: number }).line}: ${(error as Error).message}`;
    }
  };
  it.each([
    [
      'speaks of nobody',
      MATRIX.replace('principals: sue', 'principals: zoe'),
      /^2: .*allow\[3\]\.principals: "zoe" is none of the matrix/,
    ],
    ['has a misspelt field', MATRIX.replace('allow:', 'alow:'), /Unrecognized key: "alow"/],
    ['is no YAML', 'matrix: [', /^1: /],
    ['is empty', '', /must be a list of cases and matrices/],
    [
      'is too large',
      MATRIX.replace(
        'resources:',
        `resources:\n${Array.from({ length: 40 }, (_, i) => `  r${i}: { namespace: a, kind: dataset, name: r }`).join('\n')}`,
      ),
      /comes to more than 400 questions/,
    ],
    [
      'says two masks of one cell',
      `${MATRIX}  - { principals: bob, resources: shops, actions: read }`,
      /says other masks or filters/,
    ],
    [
      'says two filters of one cell',
      `${MATRIX}  - { principals: bob, resources: shops, actions: read, masks: { geo: sha256 }, filters: gone is null }`,
      /allow\[4\]: says other masks or filters of bob read shops/,
    ],
    [
      'names a filter that is none',
      MATRIX.replace('gone is null', 'gone is nul'),
      /allow\[1\]\.filters: .*is not a filter: it expects null after is, and found "nul"/,
    ],
  ])('that %s is refused', (_, text, message) => {
    expect(failing(text)).toMatch(message);
  });

  it('asks parts of the service for administer alone, and assets for all else', () => {
    const asked = questionsOf(
      "{matrix: m, principals: {a: 'user:a'}, resources: {p: {namespace: '*', kind: system, name: policy}, d: {namespace: x, kind: dataset, name: d}}, actions: [read, administer]}",
    );
    expect(asked.map(({ sentence }) => sentence)).toEqual(['m: a administer p', 'm: a read d']);
  });
});
