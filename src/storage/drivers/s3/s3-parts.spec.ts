import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { S3Parts } from './s3-parts.js';

const NOW = new Date('2026-01-10T00:00:00Z');
const DAY_MS = 86_400_000;
/** Uploads in the order of their keys, each begun so many days ago. */
const AGES = [0, 0, 9, 0, 9, 0, 9];
let uploads = AGES.map((age, i) => ({ key: `uploads/${i}`, id: `id-${i}`, at: +NOW - age * DAY_MS }));

/** Speaks as much of S3 as is asked for, and lists two uploads a page. */
const server = createServer(({ method, url = '' }, response) => {
  const { pathname, searchParams: query } = new URL(url, 'http://store');
  if (method === 'DELETE') {
    uploads = uploads.filter(({ key, id }) => `/b/${key}` !== pathname || id !== query.get('uploadId'));
    response.writeHead(204).end();
    return;
  }
  const after = query.get('key-marker') ?? '';
  const found = uploads.filter(({ key }) => key.startsWith(query.get('prefix') ?? '') && key > after);
  const page = found.slice(0, 2);
  const told = page.map(
    ({ key, id, at }) =>
      `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${new Date(at).toISOString()}</Initiated></Upload>`,
  );
  const next = `<NextKeyMarker>${page.at(-1)?.key ?? ''}</NextKeyMarker><NextUploadIdMarker>${page.at(-1)?.id ?? ''}</NextUploadIdMarker>`;
  response.end(
    `<ListMultipartUploadsResult><IsTruncated>${found.length > 2}</IsTruncated>${next}${told.join('')}</ListMultipartUploadsResult>`,
  );
});
let client: S3Client;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new S3Client({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ region: 'us-east-1', forcePathStyle: true, maxAttempts: 1 },
    credentials: { accessKeyId: 'nobody', secretAccessKey: 'very-secret' },
  });
});
afterAll(() => {
  client.destroy();
  server.close();
});

test('old uploads are given up on whatever page of the list they are', async () => {
  const parts = new S3Parts(client, 'b', 1, true);
  expect(await parts.abortBefore('uploads/', new Date(+NOW - 8 * DAY_MS))).toBe(3);
  expect(uploads.map(({ key }) => key)).toEqual(['uploads/0', 'uploads/1', 'uploads/3', 'uploads/5']);
});
