import { expect, test } from '@jest/globals';
import { pageOfUploads } from './upload-page.js';
import type { MultipartUpload } from './upload.repository.js';

const upload = (path: string, id: string) => ({ id, branch: 'main', path }) as MultipartUpload;
/** As PostgreSQL would list them, one folder of 2,500 among them. */
const UPLOADS = [
  upload('a', '1'),
  ...Array.from({ length: 2_500 }, (_, n) => upload(`big/${String(n).padStart(5, '0')}`, '1')),
  ...[upload('big0', '1'), upload('big0', '2'), upload('c/x', '1'), upload('d', '1')],
];

function counted() {
  const asked = { count: 0 };
  const list = async (_: string, prefix: string, after: { key: string; id: string }, limit: number) => {
    asked.count += 1;
    const isBehind = (key: string, id: string) => key > after.key || (key === after.key && id > after.id);
    return UPLOADS.filter(({ branch, path, id }) => {
      const key = `${branch}/${path}`;
      return key.startsWith(prefix) && isBehind(key, id);
    }).slice(0, limit);
  };
  return { asked, uploads: { list } };
}

test('a folder is told once, and what is in it passed over, whatever the size of the page', async () => {
  for (const limit of [1, 2, 10]) {
    const { asked, uploads } = counted();
    const told: string[] = [];
    let after = { key: '', id: '' };
    for (let isTruncated = true, pages = 1; isTruncated; pages += 1) {
      const page = await pageOfUploads(uploads, 'r', { prefix: 'main/', isFolding: true, limit, after });
      ({ isTruncated } = page);
      told.push(
        ...page.items.map((item) => ('folder' in item ? item.folder : `${item.key} ${item.upload.id}`)),
      );
      const last = page.items.at(-1)!;
      after = 'folder' in last ? { key: last.folder, id: 'z' } : { key: last.key, id: last.upload.id };
      expect(asked.count).toBeLessThanOrEqual(3 * pages);
    }
    expect(told).toEqual(['main/a 1', 'main/big/', 'main/big0 1', 'main/big0 2', 'main/c/', 'main/d 1']);
  }
});
