import { describe, expect, it } from '@jest/globals';
import { CompiledPolicy } from '../decision/compiled-policy.js';
import { bundleOf } from '../testing/bundle-of.js';
import { planTable, selectsWhatIsAllowed } from './contract/plan-table.contract.js';
import { planMatches } from './plan.js';

describe('a plan in PostgreSQL', () => {
  const table = planTable();

  selectsWhatIsAllowed(table, 200);

  it('takes a pattern for nothing but the two wildcards, whatever else PostgreSQL would read into it', async () => {
    const names = [
      'a%b',
      'axb',
      'a_b',
      'a\\b',
      'a.b',
      "a'b",
      'a$b',
      'a+b',
      '***:a',
      '(?i)a',
      'A',
      'a\nb',
      'a/b',
      'aéb',
    ];
    await table.fill(names.map((name) => ({ namespace: 'n', kind: 'dataset', name, tags: [] })));
    const globs = [
      'a%b',
      'a_b/**',
      'a_*',
      'a.b',
      'a.*',
      "a'b",
      "a'*",
      'a$*',
      'a+*',
      '**/a',
      '*:a',
      'a*b',
      '**/*b',
      '*',
    ];
    for (const glob of globs) {
      const policy = new CompiledPolicy(bundleOf(`p, A, *, *, dataset/${glob}, read, *, -, allow`));
      const plan = policy.plan({ subject: 'user:x', action: 'read', context: { now: new Date() } });
      const expected = names.flatMap((name, id) =>
        planMatches(plan, { namespace: 'n', kind: 'dataset', name, tags: [] }) ? [id] : [],
      );
      expect([glob, await table.selected(plan)]).toEqual([glob, expected]);
    }
  });
});
