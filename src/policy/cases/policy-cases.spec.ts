import { beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readBundleDirectory } from '../bundle/read-bundle-directory.js';
import { CompiledPolicy } from '../decision/compiled-policy.js';
import { bundleOf } from '../testing/bundle-of.js';
import { failureOf } from './question.js';
import { readCases } from './read-cases.js';

const FOLDER = 'policies/tests';
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));

describe('the default policies', () => {
  let policy: CompiledPolicy;
  beforeAll(async () => {
    policy = new CompiledPolicy(await readBundleDirectory('policies'));
  });

  describe.each(FILES)('%s', (file) => {
    const cases = readCases({ path: file, text: readFileSync(path.join(FOLDER, file), 'utf8') });
    it.each(cases.map((each) => [each.sentence, each] as const))('%s', (_, each) => {
      expect(failureOf(each, policy)).toBeUndefined();
    });
  });

  it('put what is known only from events in the namespace external', () => {
    expect(policy.placeOf('postgres://warehouse:5432')).toBe('external');
  });

  it('a case that does not hold says what was expected and what the policy says', () => {
    const [policyCase] = readCases({
      path: 'tests/a.yaml',
      text: '[{sentence: nobody reads, subject: "user:x", action: read, namespace: research, kind: dataset, name: d, expect: {allowed: true, rules: [A]}}]',
    });
    expect(policyCase && failureOf(policyCase, policy)).toBe(
      'nobody reads: expected allowed by [A], and the policy says no: no rule allows user:x to read dataset/d in research',
    );
  });

  it('a case that expects other rows says which rows the policy shows', () => {
    const filtering = new CompiledPolicy(
      bundleOf('p, A, *, *, **, read, *, -, allow\np3, F, *, *, **, read, *, region in [eu us], -, allow'),
    );
    const asked = (filters: string) =>
      readCases({
        path: 'tests/a.yaml',
        text: `[{sentence: eu, subject: "user:x", action: read, namespace: a, kind: dataset, name: d, expect: {allowed: true, filters: ${filters}}}]`,
      })[0]!;
    expect(failureOf(asked("['region in [eu us]']"), filtering)).toBeUndefined();
    expect(failureOf(asked('region == eu'), filtering)).toBe(
      'eu: expected allowed only rows where region == eu, and the policy says yes: allowed by A, only rows where region in [eu us]',
    );
    expect(failureOf(asked('[]'), filtering)).toContain('eu: expected allowed, and the policy says yes');
  });

  it('a file of cases with a misspelt field is refused', () => {
    expect(() => readCases({ path: 'tests/a.yaml', text: '[{sentense: x}]' })).toThrow(/sentense/);
  });
});
