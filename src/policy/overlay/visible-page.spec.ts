import { expect, it } from '@jest/globals';
import type { PageRequest } from '../../platform/index.js';
import { visiblePage } from './visible-page.js';

it.each([
  ['none', []],
  ['one far behind', [7]],
  ['some', [19_000, 18_999, 10_001, 10_000, 9_999, 5_000, 1]],
  ['the last that is read for a page, and the next', [9_501, 9_500]],
])('what the caller sees is told page by page, however much the caller does not: %s', async (_, seen) => {
  const COUNT = 19_500;
  const visible = new Set(seen);
  const read = async ({ after, limit }: PageRequest<readonly [string]>) => {
    const first = after === undefined ? COUNT : Number(after[0]) - 1;
    const length = Math.max(0, Math.min(limit, first));
    return Array.from({ length }, (__, n) => ({ id: String(first - n) }));
  };
  for (const first of [1, 2, 200]) {
    const found: number[] = [];
    for (let after: string | undefined, isLast = false; !isLast;) {
      const page = await visiblePage({ first, after }, read, ({ id }) => visible.has(Number(id)));
      found.push(...page.nodes.map(({ id }) => Number(id)));
      after = page.pageInfo.endCursor;
      isLast = !page.pageInfo.hasNextPage;
    }
    expect(found).toEqual(seen);
  }
});
