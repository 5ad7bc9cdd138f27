import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sha256Of } from '../../storage/index.js';
import { comparePaths } from '../trees/index.js';
import { listOver, type OrderedItem, type OrderedSource } from './listing.js';

const ENTRY = { sha256: sha256Of(Buffer.from('x')), sizeBytes: 1 };
const segment = fc.constantFrom('a', 'a', 'b', 'a b', '0', '\uffff', '\u{10ffff}');
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('/'));
/** Some of what is staged are empty folders. */
const place = fc.tuple(path, fc.constantFrom('', '', '/')).map((parts) => parts.join(''));
const committed = fc.uniqueArray(path, { maxLength: 10 });
const staged = fc.uniqueArray(fc.tuple(place, fc.boolean()), { maxLength: 8, selector: ([at]) => at });
const prefix = fc.constantFrom('', '', 'a', 'a/', 'a/', 'b/', 'a/a/', 'a /', '0');
const size = fc.integer({ min: 1, max: 4 });

/** Reads so few items at a time that what happens between two reads happens often. */
function sourceOf(items: readonly OrderedItem[], from: string, pageSize: number): OrderedSource {
  const sorted = [...items].sort((a, b) => comparePaths(a.path, b.path));
  const isBehind = (at: string, after: string | undefined) =>
    comparePaths(at, from) >= 0 && (after === undefined || comparePaths(at, after) > 0);
  return async (after) => sorted.filter((item) => isBehind(item.path, after)).slice(0, pageSize);
}

/** What all pages have together. */
function expected(
  under: readonly string[],
  over: ReadonlyMap<string, boolean>,
  at: string,
  isFolding: boolean,
) {
  const paths = new Set(under);
  for (const [changed, isThere] of over)
    if (isThere) paths.add(changed);
    else paths.delete(changed);
  const told = [...paths]
    .filter((one) => one.startsWith(at))
    .sort(comparePaths)
    .map((one) => {
      const slash = isFolding ? one.indexOf('/', at.length) : -1;
      return slash < 0 ? { path: one } : { prefix: one.slice(0, slash + 1) };
    });
  return told.filter((item, i) => !('prefix' in item) || item.prefix !== told[i - 1]?.prefix);
}

it('pages of what is staged over a commit join to what a plain map has, folded or not', async () => {
  await fc.assert(
    fc.asyncProperty(
      ...[committed, staged, prefix, fc.boolean(), size, size, size],
      async (under, over, at, isFolding, limit, underSize, overSize) => {
        const [low, high] = [
          sourceOf(
            under.map((one) => ({ path: one, entry: ENTRY })),
            at,
            underSize,
          ),
          sourceOf(
            over.map(([one, isThere]) => ({ path: one, entry: isThere ? ENTRY : undefined })),
            at,
            overSize,
          ),
        ];
        const found: object[] = [];
        for (let after: string | undefined, hasMore = true; hasMore && found.length < 100;) {
          const query = { prefix: at, limit, isFolding, ...(after !== undefined && { after }) };
          const { items, next } = await listOver(low, high, query);
          found.push(...items.map((item) => ('path' in item ? { path: item.path } : item)));
          expect(items.length).toBeLessThanOrEqual(limit);
          hasMore = next !== undefined;
          after = next;
        }
        expect(found).toEqual(expected(under, new Map(over), at, isFolding));
      },
    ),
    { numRuns: 3000 },
  );
});
