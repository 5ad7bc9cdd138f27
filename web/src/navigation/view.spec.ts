import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACCESS_LISTS, assetView, DIRECTIONS, formatView, parseView, TABS, type View } from './view.js';

const text = fc.string({ minLength: 1, maxLength: 60, unit: 'binary' });
const searchViews = fc.record(
  {
    page: fc.constant('search' as const),
    query: fc.oneof(fc.constant(''), text),
    kind: text,
    tag: text,
    namespace: text,
  },
  { requiredKeys: ['page', 'query'] },
);
const assetViews = fc.record(
  {
    page: fc.constant('asset' as const),
    asset: text,
    direction: fc.constantFrom(...DIRECTIONS),
    depth: fc.integer({ min: 1, max: 10 }),
    isPanelOpen: fc.boolean(),
    tab: fc.constantFrom(...TABS),
    expanded: fc.array(
      fc.record({ id: text, direction: fc.constantFrom('upstream' as const, 'downstream' as const) }),
      { maxLength: 5 },
    ),
    selected: text,
    column: text,
    compare: fc.record({ from: text, to: text }),
    file: text,
    tag: fc.record({ name: text, column: text }, { requiredKeys: ['name'] }),
  },
  { requiredKeys: ['page', 'asset', 'direction', 'depth', 'isPanelOpen', 'tab', 'expanded'] },
);

const otherViews = fc.oneof(
  fc.record({ page: fc.constant('access' as const), list: fc.constantFrom(...ACCESS_LISTS) }),
  fc.constant({ page: 'policy' as const }),
);

describe('the view in the URL', () => {
  it('comes back from the URL exactly as it went in', () => {
    fc.assert(
      fc.property(fc.oneof(searchViews, assetViews, otherViews), (view: View) => {
        expect(parseView(formatView(view))).toEqual(view);
      }),
    );
  });

  it('is understood whatever the URL says, and what is understood is stable', () => {
    fc.assert(
      fc.property(fc.string(), (search) => {
        const view = parseView(search);
        expect(parseView(formatView(view))).toEqual(view);
      }),
    );
  });

  it('leaves the usual out of the URL', () => {
    expect(formatView(assetView('a1'))).toBe('?asset=a1');
    expect(formatView({ page: 'search', query: '' })).toBe('');
    expect(formatView({ page: 'access', list: 'waiting' })).toBe('?page=access');
  });

  it('has nothing of an identity provider in it', () => {
    expect(formatView(parseView('?q=a&code=c&state=s&iss=i&error=e&error_description=d'))).toBe('?q=a');
  });

  it('takes the usual list for one that it does not know', () => {
    expect(parseView('?page=access&list=secret')).toEqual({ page: 'access', list: 'waiting' });
  });

  it.each([
    ['depth=99', { depth: 10 }],
    ['depth=0', { depth: 1 }],
    ['depth=-3', { depth: 2 }],
    ['depth=two', { depth: 2 }],
    ['direction=sideways', { direction: 'both' }],
    ['tab=secrets', { tab: 'overview' }],
    ['expand=sideways:x&expand=upstream:y', { expanded: [{ direction: 'upstream', id: 'y' }] }],
    ['from=main', {}],
  ])('takes the usual for what it does not know: %s', (params, expected) => {
    expect(parseView(`?asset=a1&${params}`)).toEqual({ ...assetView('a1'), ...expected });
  });
});
