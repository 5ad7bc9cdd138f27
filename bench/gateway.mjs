import { randomBytes, randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { percent, progress, rate, table } from './support/report.mjs';
import { startBenchCairn } from './support/service.mjs';
import { median, timed } from './support/statistics.mjs';

const MIB = 1024 ** 2;
const LARGE_BYTES = 64 * MIB;
const LARGE_ROUNDS = 5;
const SMALL_ROUNDS = 3;
const SMALL_BYTES = 1024;
const SMALL_COUNT = 1_000;
const CLIENTS = 16;

/**
 * The S3 gateway against the store behind it, by the same client: bytes a second of 64 MiB, and requests a second of 1 KiB by 16 clients.
 * S3_ENDPOINT names the store. Both are asked in turn, so that both meet the same machine.
 */
export async function run({ nodeOptions }) {
  const endpoint = process.env['S3_ENDPOINT'];
  const store = clientOf(endpoint, {
    accessKeyId: process.env['AWS_ACCESS_KEY_ID'],
    secretAccessKey: process.env['AWS_SECRET_ACCESS_KEY'],
  });
  const bucket = `bench-${randomUUID()}`;
  await store.send(new CreateBucketCommand({ Bucket: bucket }));
  const cairn = await startBenchCairn(nodeOptions, { S3_BUCKET: bucket, S3_ENDPOINT: endpoint });
  try {
    await cairn.ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', {
      i: { name: 'bench', kind: 'dataset', namespace: 'research/penguins' },
    });
    const { createAccessKey } = await cairn.ask(
      'mutation { createAccessKey(input: { label: "bench" }) { secret accessKey { id } } }',
    );
    const gateway = clientOf(cairn.s3Url, {
      accessKeyId: createAccessKey.accessKey.id,
      secretAccessKey: createAccessKey.secret,
    });
    const sides = [
      { client: gateway, bucket: 'bench', prefix: 'main/' },
      { client: store, bucket, prefix: 'direct/' },
    ];
    const rows = [['', 'gateway', 'store itself', 'ratio']];
    for (const [title, work] of [
      ['PUT 64 MiB, new bytes', putLarge],
      ['GET 64 MiB', getLarge],
    ])
      rows.push(
        ratio(
          title,
          await inTurn(sides, LARGE_ROUNDS, work, title),
          (ms) => `${Math.round(64_000 / ms)} MiB/s`,
        ),
      );
    for (const [title, work] of [
      ['PUT 1 KiB, 16 clients', putSmall],
      ['GET 1 KiB, 16 clients', getSmall],
    ])
      rows.push(
        ratio(title, await inTurn(sides, SMALL_ROUNDS, work, title), (ms) => rate((SMALL_COUNT / ms) * 1000)),
      );
    console.log(`\ngateway   over ${endpoint}, the SDK for JavaScript with signed bodies`);
    table(rows);
  } finally {
    await cairn.stop();
    await empty(store, bucket);
  }
}

function clientOf(endpoint, credentials) {
  return new S3Client({
    ...{ endpoint, region: 'us-east-1', forcePathStyle: true, credentials },
    // The digest that signs the body is all that either side is to check.
    ...{ requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' },
    requestHandler: { httpAgent: { maxSockets: CLIENTS * 2 } },
  });
}

/** Each round asks every side once. @returns milliseconds of each round by side, the first round left out */
async function inTurn(sides, rounds, work, title) {
  const took = sides.map(() => []);
  for (let round = 0; round <= rounds; round++)
    for (const [i, side] of sides.entries()) {
      progress(`gateway: ${title}, round ${round} of ${rounds} …`);
      const { ms } = await timed(() => work(side, round));
      if (round > 0) took[i].push(ms);
    }
  return took;
}

async function putLarge({ client, bucket, prefix }) {
  const body = randomBytes(LARGE_BYTES);
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: `${prefix}large`, Body: body }));
}

async function getLarge({ client, bucket, prefix }) {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: `${prefix}large` }));
  let sizeBytes = 0;
  for await (const chunk of Body) sizeBytes += chunk.length;
  if (sizeBytes !== LARGE_BYTES) throw new Error(`${sizeBytes} bytes came`);
}

function putSmall({ client, bucket, prefix }) {
  return together(async (i) => {
    const input = { Bucket: bucket, Key: `${prefix}small/${i}`, Body: randomBytes(SMALL_BYTES) };
    await client.send(new PutObjectCommand(input));
  });
}

function getSmall({ client, bucket, prefix }) {
  return together(async (i) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: `${prefix}small/${i}` }));
    await Body.transformToByteArray();
  });
}

async function together(work) {
  let next = 0;
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (next < SMALL_COUNT) await work(next++);
    }),
  );
}

function ratio(title, [own, floor], show) {
  const [a, b] = [median(own), median(floor)];
  return [title, show(a), show(b), percent(b, a)];
}

async function empty(store, bucket) {
  for (;;) {
    const { Contents = [] } = await store.send(new ListObjectsV2Command({ Bucket: bucket }));
    if (Contents.length === 0) return;
    const Objects = Contents.map(({ Key }) => ({ Key }));
    await store.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }));
  }
}
