import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { bundleOf } from '../testing/bundle-of.js';
import { ACME } from '../testing/acme.csv.js';
import { loadBundle } from './load-bundle.js';
import { MODEL_CONF, modelOf } from './model-conf.js';
import { PolicyBundleError } from './policy-bundle-error.js';
import type { BundleProblem, BundleRule } from './policy-bundle-error.js';

function problemsOf(load: () => unknown): readonly BundleProblem[] {
  try {
    load();
  } catch (error) {
    if (error instanceof PolicyBundleError) return error.problems;
    throw error;
  }
  return [];
}

const RULE = 'p, A-1, role:a, *, **, read, *, -, allow';

/** A line after a sound policy of two lines, or the only lines, with the rule it breaks and a part of the message. */
const BAD_LINES: readonly (readonly [line: string, rule: BundleRule, message: string])[] = [
  [
    'P, X-1, role:a, *, **, read, *, -, allow',
    'line-type',
    '"P" is not a type of line; there are p, p2, p3, g, g2, g3',
  ],
  ['p4, X-1, role:a, *, **, read, *, -, allow', 'line-type', '"p4"'],
  ['constructor, X-1', 'line-type', '"constructor"'],
  ['p, X-1, role:a, *, **, read, *, allow', 'column-count', 'p X-1 has 8 columns, and must have exactly 9'],
  ['p, X-1, role:a, *, **, read, *, -, allow,', 'column-count', 'has 10 columns'],
  ['g, user:x, role:a, *', 'column-count', 'g user:x has 4 columns, and must have exactly 6'],
  [
    'p, X-1, role:a, *, **, read, *, -, Deny',
    'effect',
    'X-1: the effect is exactly allow or deny, not "Deny"',
  ],
  ['p, X-1, role:a, *, **, read, *, -, allow # for now', 'comment', 'only as the first character'],
  ['  # indented', 'comment', 'only as the first character'],
  ['p, A-1, role:a, *, **, read, *, -, deny', 'duplicate', 'the id A-1 is taken by policy.csv:1'],
  ['p2, A-1, role:a, *, pii, read, sha256, -, allow', 'duplicate', 'the id A-1 is taken'],
  ['p, X 1, role:a, *, **, read, *, -, allow', 'id', '"X 1" is not an id'],
  ['p, X-1, team:a, *, **, read, *, -, allow', 'subject', '"team:a" is not a subject'],
  ['p, X-1, role:a, *, **, reed, *, -, allow', 'action', '"reed" is not an action; there are list, read'],
  ['p, X-1, role:a, *, system/audit, read, *, -, allow', 'action', 'know only the action administer'],
  ['p, X-1, role:a, *, datasets/**, read, *, -, allow', 'object', '"datasets" is not a kind'],
  ['p, X-1, role:a, *, dataset/a**, read, *, -, allow', 'object', 'must stand alone between slashes'],
  ['p, X-1, role:a, *, dataset/[a], read, *, -, allow', 'object', 'has no meaning in a glob'],
  ['p, X-1, role:a, *, **, read, some(pii), -, allow', 'tag', 'is not a test of tags'],
  ['p, X-1, role:a, *, **, read, any(), -, allow', 'tag', '"" in "any()" is not a classification'],
  ['p, X-1, role:a, *, **, read, any(pii, -, allow', 'character', 'parentheses do not match'],
  ['p, X-1, role:a, *, **, read, *, brnch == main, allow', 'condition', '"brnch" is not an attribute'],
  ['p, X-1, role:a, *, **, read, *, eval(1), allow', 'condition', 'X-1: the condition'],
  ['p, X-1, role:a, *, **, read, *, , allow', 'condition', 'is "-" when there is none'],
  [
    'p, X-1, role:a, nowhere, **, read, *, -, allow',
    'namespace',
    'no g2 line declares the namespace nowhere',
  ],
  ['p, X-1, role:a, /a, **, read, *, -, allow', 'namespace', '"/a" is not a namespace'],
  ['p2, X-1, role:a, *, pii, read, md5, -, allow', 'mask', '"md5" is not a mask'],
  ['p2, X-1, role:a, *, pii, read, sha256, -, deny', 'mask', 'an exemption (deny) names the mask none'],
  ['p2, X-1, role:a, *, pii, read, none, -, allow', 'mask', '"none" is not a mask'],
  [
    'p3, X-1, role:a, *, **, read, *, -, allow',
    'column-count',
    'p3 X-1 has 9 columns, and must have exactly 10',
  ],
  ['p3, X-1, role:a, *, **, read, *, a << 1, -, allow', 'filter', 'X-1: the filter expects a value'],
  ['p3, X-1, role:a, *, **, read, *, a == 1, -, deny', 'filter', 'an exemption (deny) names the filter none'],
  ['p3, X-1, role:a, *, **, read, *, none, -, allow', 'filter', 'the filter expects is, =='],
  ['p3, X-1, role:a, nowhere, **, read, *, a == 1, -, allow', 'namespace', 'no g2 line declares'],
  ['p2, X-1, role:a, *, Pii, read, sha256, -, allow', 'tag', '"Pii" is not a classification'],
  ['g, user:x, role:b, *, -, -', 'role', 'no rule names role:b'],
  ['g, user:x, a, *, -, -', 'role', '"a" is not a role'],
  ['g, *, role:a, *, -, -', 'subject', '"*" cannot hold a role'],
  ['g, user:x, role:a, acme, -, -', 'namespace', 'no g2 line declares the namespace acme'],
  ['g, user:x, role:a, *, 2026-01-01, -', 'instant', 'not_before "2026-01-01" is not an instant'],
  ['g, user:x, role:a, *, -, 2026-02-30T00:00:00Z', 'instant', 'not_after "2026-02-30T00:00:00Z"'],
  ['g, user:x, role:a, *, 2026-01-02T00:00:00Z, 2026-01-01T00:00:00Z', 'instant', 'the link never holds'],
  ['g, user:x, role:a, *, -, -\ng, user:x, role:a, *, -, -', 'duplicate', 'user:x as role:a is said twice'],
  ['g, role:a, role:a, *, -, -', 'cycle', 'the role role:a comes back to itself'],
  ['g2, *, acme', 'namespace', 'write a namespace and its parent'],
  ['g2, a, b\ng2, a, c', 'duplicate', 'namespace a already has the parent b'],
  ['g2, a, b\ng2, b, a', 'cycle', 'the namespace a comes back to itself'],
  ['g3, pii.email, PII', 'tag', 'write a classification and its parent'],
  ['g3, a, b\ng3, b, c\ng3, c, a', 'cycle', 'the classification a comes back'],
  ['p, X-1, role:a, *, **, read, *, -, allow\u200b', 'character', 'the invisible character U+200B'],
  [`p, X-1, role:a, *, dataset/${'a'.repeat(5000)}, read, *, -, allow`, 'character', 'at most 4096'],
];

describe('a bundle', () => {
  it('is loaded from the policy by which the model is explained', () => {
    const bundle = bundleOf(ACME);
    expect(bundle.rules.map(({ id }) => id)).toEqual([
      'R-001',
      'R-002',
      'R-003',
      'R-004',
      'R-005',
      'D-001',
      'D-002',
    ]);
    expect(bundle.maskRules.map(({ id, mask }) => [id, mask?.kind])).toEqual([
      ['M-001', 'sha256'],
      ['M-002', 'partial'],
      ['M-003', undefined],
    ]);
    expect(bundle.namespaces.pathFrom('acme/sales')).toEqual(['acme/sales', 'acme']);
    expect(bundle.places.map(({ namespace }) => namespace)).toEqual(['external']);
    expect(Object.isFrozen(bundle)).toBe(true);
  });

  it.each(BAD_LINES)('is refused for %j (%s)', (line, rule, message) => {
    const problems = problemsOf(() => bundleOf(`${RULE}\n\n${line}`));
    const problem = problems.find((found) => found.rule === rule);
    expect(problem?.message).toContain(message);
    expect(problem?.file).toBe('policy.csv');
    expect(problem?.line).toBeGreaterThanOrEqual(3);
  });

  it('is refused with every problem at once, by file and line', () => {
    const text = ['p, A-1, role:a, *, **, reed, *, -, Allow', 'q, x', 'g, user:x, role:b, *, -, -'].join(
      '\n',
    );
    const problems = problemsOf(() =>
      loadBundle([
        { path: 'b.csv', text },
        { path: 'a.csv', text: 'p, 1' },
      ]),
    );
    expect(problems.map(({ file, line, rule }) => [file, line, rule])).toEqual([
      ['a.csv', 1, 'column-count'],
      ['b.csv', 1, 'action'],
      ['b.csv', 1, 'effect'],
      ['b.csv', 2, 'line-type'],
      ['b.csv', 3, 'role'],
      ['model.conf', 0, 'model'],
    ]);
    expect(() => loadBundle([{ path: 'b.csv', text }])).toThrow(/b\.csv:1: A-1: "reed" is not an action/);
  });

  it('is refused when it has no access rule', () => {
    expect(problemsOf(() => bundleOf('# nothing\ng2, a, *'))).toMatchObject([{ rule: 'empty' }]);
  });

  it('is refused with another model', () => {
    const model = { path: 'model.conf', text: MODEL_CONF.replace('some(where (p.eft == allow)) && ', '') };
    expect(problemsOf(() => loadBundle([model, { path: 'a.csv', text: RULE }]))).toMatchObject([
      { rule: 'model' },
    ]);
  });

  it('holds ten links upwards, and is refused with eleven', () => {
    const chain = (links: number) =>
      Array.from(
        { length: links },
        (_, index) => `g, role:r${index}, role:${index === links - 1 ? 'a' : `r${index + 1}`}, *, -, -`,
      );
    expect(problemsOf(() => bundleOf([RULE, ...chain(10)].join('\n')))).toEqual([]);
    expect(problemsOf(() => bundleOf([RULE, ...chain(11)].join('\n')))).toMatchObject([
      { line: 2, rule: 'depth' },
    ]);
    expect(problemsOf(() => bundleOf([RULE, ...chain(20_000)].join('\n')))).toMatchObject([
      { rule: 'depth' },
    ]);
  });

  it.each([
    ['s3://raw/**, acme', 'place', 'the last line of the places must be **'],
    ['**, acme\ns3://**, acme', 'place', 'no later line has an effect'],
    ['s3://*, acme\ns3://*, acme\n**, acme', 'duplicate', 'is said twice'],
    ['s3://{a}, acme\n**, acme', 'place', 'has no meaning in a glob'],
    ['**, acme # rest', 'comment', 'only as the first character'],
    ['**', 'column-count', 'a place has 1 columns'],
    ['**, elsewhere', 'namespace', 'no g2 line declares the namespace elsewhere'],
    ['**, *', 'namespace', 'is not a namespace that an asset can stand in'],
  ])('is refused for the places %j (%s)', (places, rule, message) => {
    const problems = problemsOf(() => bundleOf(`${RULE}\ng2, acme, *`, places));
    expect(problems.find((problem) => problem.rule === rule)?.message).toContain(message);
  });
});

describe('the version of a bundle', () => {
  const version = bundleOf(`${RULE}\ng2, acme, *`, 'a*, acme\n**, acme').version;

  it('is the same for the same content, however it is spaced, commented, ordered and spread', () => {
    const again = loadBundle([
      { path: 'places.csv', text: 'a*,acme\r\n**,acme' },
      { path: 'x.csv', text: '# namespaces\ng2,acme,  *' },
      { path: 'y.csv', text: RULE.replaceAll(', ', ',\t') },
      { path: 'model.conf', text: MODEL_CONF.replaceAll('\n', '\r\n') },
    ]);
    expect(again.version).toBe(version);
    expect(version).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is another for another content', () => {
    expect(bundleOf(`${RULE.replace('read', 'list')}\ng2, acme, *`, 'a*, acme\n**, acme').version).not.toBe(
      version,
    );
    expect(bundleOf(`${RULE}\ng2, acme, *`, 'b*, acme\n**, acme').version).not.toBe(version);
  });
});

it('the model in the default policies is the known one', () => {
  expect(modelOf(readFileSync('policies/model.conf', 'utf8'))).toBe('with-filters');
});

it('a model from before row filters is known too, for bundles without them', () => {
  const model = { path: 'model.conf', text: MODEL_CONF.replace(/^[rpem]3 .*\n/gm, '') };
  const rule = 'p, A, role:a, *, **, read, *, -, allow';
  expect(loadBundle([model, { path: 'a.csv', text: rule }]).rules).toHaveLength(1);
  const filter = 'p3, F, role:a, *, **, read, *, a == 1, -, allow';
  expect(() => loadBundle([model, { path: 'a.csv', text: `${rule}\n${filter}` }])).toThrow(
    /a\.csv:2: a p3 line needs the model\.conf that knows row filters/,
  );
});
