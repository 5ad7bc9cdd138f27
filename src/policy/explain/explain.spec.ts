import { expect, it } from '@jest/globals';
import { CompiledPolicy } from '../decision/compiled-policy.js';
import { bundleOf } from '../testing/bundle-of.js';
import { explain } from './explain.js';

const policy = new CompiledPolicy(
  bundleOf(`p, READ, *, *, **, read, *, -, allow
p3, OWN, *, *, dataset/**, read, *, region == $region, purpose != audit, allow
p3, EU, role:eu, *, dataset/**, read, *, region == eu, -, allow
p3, GEO, *, *, dataset/**, read, any(geo), place is null, -, allow
p3, AUDIT, *, *, dataset/**, read, *, none, purpose == audit, deny
p3, WRITE, role:eu, *, dataset/**, write, *, region == eu, -, allow
g, user:eve, role:eu, *, -, -`),
);
const asked = (context: object, name: 'dataset' | 'model' = 'dataset') => {
  const { matched, filters, nearMisses } = explain(policy, {
    ...{ subject: 'user:ana', action: 'read', namespace: 'n', kind: name, name: 'x', tags: [] },
    ...{ appliesMasks: true, context: { now: new Date(0), ...context } },
  });
  return {
    matched: matched.map(({ id, effect, line, condition }) => [id, effect, line, condition]),
    filters: filters.map(({ rule }) => rule),
    missed: nearMisses.map(({ id, effect, line, column, reason }) => [id, effect, line, column, reason]),
  };
};

it('filters that apply are told with those that miss by one column, and exemptions that would lift them', () => {
  expect(asked({})).toEqual({
    matched: [
      ['READ', 'allow', 1, 'true'],
      ['OWN', 'filter', 2, 'unknown'],
    ],
    filters: ['OWN'],
    missed: [
      ['EU', 'filter', 3, 'sub', 'is for role:eu, which user:ana is not in n'],
      ['GEO', 'filter', 4, 'tags', 'wants any(geo), and the asset carries nothing'],
      ['AUDIT', 'exempt', 5, 'when', 'wants purpose == audit, and purpose is not known'],
    ],
  });
});

it('an exemption that matches is told, and the filter whose condition is false', () => {
  const { matched, filters, missed } = asked({ purpose: 'audit' });
  expect([matched[1], filters, missed[0]]).toEqual([
    ['AUDIT', 'exempt', 5, 'true'],
    [],
    ['OWN', 'filter', 2, 'when', 'wants purpose != audit, and purpose is audit'],
  ]);
});

it('what is about another object misses by that', () => {
  expect(asked({}, 'model').missed).toEqual([
    ['OWN', 'filter', 2, 'obj', 'is about dataset/**, and not model/x'],
  ]);
});
