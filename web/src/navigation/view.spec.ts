import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assetView, DIRECTIONS, formatView, parseView, TABS, type View } from './view.js';

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
  },
  { requiredKeys: ['page', 'asset', 'direction', 'depth', 'isPanelOpen', 'tab', 'expanded'] },
);

describe('the view in the URL', () => {
  it('comes back from the URL exactly as it went in', () => {
    fc.assert(
      fc.property(fc.oneof(searchViews, assetViews), (view: View) => {
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
