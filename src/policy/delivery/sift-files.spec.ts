import { expect, it } from '@jest/globals';
import { contentDigest } from './content-digest.js';
import { isPassedOver, siftFiles } from './sift-files.js';

const raw = (path: string, text = 'x') => ({ path, bytes: Buffer.from(text) });

it('tells policy from proof, in the order of names', () => {
  const sifted = siftFiles([
    raw('b.csv'),
    raw('manifest.sig', 's'),
    raw('a/a.csv'),
    raw('manifest.json', 'm'),
    raw('model.conf'),
  ]);
  expect(sifted.files.map(({ path }) => path)).toEqual(['a/a.csv', 'b.csv', 'model.conf']);
  expect(sifted).toMatchObject({ manifest: 'm', signature: 's' });
});

it.each([
  '../a.csv',
  '/a.csv',
  'a//b.csv',
  '.a.csv',
  'a/.b/c.csv',
  'a\\b.csv',
  'a.txt',
  'a/manifest.json',
  'a\u0000.csv',
])('refuses a file named %j', (path) => {
  expect(() => siftFiles([raw(path)])).toThrow(path.includes('\u0000') ? 'is neither' : path);
});

it('refuses what is no text, and too many files', () => {
  expect(() => siftFiles([{ path: 'a.csv', bytes: Uint8Array.of(0xff) }])).toThrow('is not UTF-8 text');
  expect(() => siftFiles(Array.from({ length: 201 }, (_, at) => raw(`${at}.csv`)))).toThrow(
    'at most 200 files',
  );
});

it('passes over what is for readers or hidden', () => {
  expect(['README.md', 'a/.git/x.csv', '.hidden.csv'].map(isPassedOver)).toEqual([true, true, true]);
  expect(['a.csv', 'tests/a.yaml'].map(isPassedOver)).toEqual([false, false]);
});

it('the digest of files hangs on every byte of them, and not on their order', () => {
  const [a, b] = [
    { path: 'a', text: '1' },
    { path: 'b', text: '2' },
  ];
  const digest = contentDigest([a, b]);
  expect(contentDigest([b, a])).toBe(digest);
  expect(
    contentDigest([
      { path: 'a', text: '12' },
      { path: 'b', text: '' },
    ]),
  ).not.toBe(digest);
  expect(contentDigest([a, b], 'manifest')).not.toBe(digest);
});
