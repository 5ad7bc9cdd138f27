import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FileGroups, type ListedFile } from './file-groups.js';

const file = (key: string, rest: Partial<ListedFile> = {}): ListedFile => ({
  ...{ key, sizeBytes: 10, etag: '"e"', modifiedAt: new Date(0) },
  ...rest,
});
function grouped(files: readonly ListedFile[], root = 'lake/') {
  const groups = new FileGroups(root);
  for (const each of files) groups.add(each);
  return groups.all();
}

describe('files under a prefix', () => {
  test('are tables by folder and format, partitions included', () => {
    const groups = grouped([
      file('lake/orders/year=2025/month=01/a.parquet'),
      file('lake/orders/year=2026/month=02/b.parquet', { modifiedAt: new Date(5) }),
      file('lake/orders/_SUCCESS'),
      file('lake/orders/.part.crc.parquet'),
      file('lake/people.csv'),
      file('lake/cities.csv'),
      file('lake/mixed/a.csv'),
      file('lake/mixed/a.jsonl'),
      file('lake/readme.txt'),
      file('lake/empty.csv', { sizeBytes: 0 }),
    ]);
    expect(groups.map(({ name, partitions, files }) => [name, partitions, files])).toEqual([
      ['lake/cities.csv', [], 1],
      ['lake/mixed#csv', [], 1],
      ['lake/mixed#jsonl', [], 1],
      ['lake/orders', ['year', 'month'], 2],
      ['lake/people.csv', [], 1],
    ]);
    expect(groups[3]!.newest.key).toBe('lake/orders/year=2026/month=02/b.parquet');
  });

  test('are the same table in whatever order they are listed, and another content when one of them changes', () => {
    const some = fc.uniqueArray(
      fc.record({
        key: fc
          .tuple(fc.constantFrom('a', 'b/c', 'd/k=1', 'd/k=2'), fc.nat(5))
          .map(([f, n]) => `lake/${f}/${n}.csv`),
        sizeBytes: fc.integer({ min: 1, max: 9 }),
        etag: fc.constantFrom('"1"', '"2"'),
        modifiedAt: fc.nat(3).map((ms) => new Date(ms)),
      }),
      { minLength: 1, selector: ({ key }) => key },
    );
    fc.assert(
      fc.property(some, fc.nat(), (files, at) => {
        expect(grouped([...files].reverse())).toEqual(grouped(files));
        const changed = files.map((each, index) =>
          index === at % files.length ? { ...each, etag: '"3"' } : each,
        );
        const versions = (all: readonly ListedFile[]) =>
          grouped(all).map(({ contentVersion }) => contentVersion);
        expect(versions(changed)).not.toEqual(versions(files));
      }),
    );
  });
});
