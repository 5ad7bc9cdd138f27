import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from '@jest/globals';
import { serviceEnvironment } from '../../../../test/support/services.js';
import type { ExternalTable } from '../catalog-connector.js';
import { describeCatalogConnector } from '../contract/catalog-connector.contract.js';
import { S3Connector, type S3Source } from './s3-connector.js';

/** A bucket of a test's own on a real store, with a connector to what is below `lake/`. */
async function openBucket(service: string) {
  const env = serviceEnvironment(service);
  const bucket = `catalog-${Date.now()}`;
  const credentials = {
    accessKeyId: env['AWS_ACCESS_KEY_ID']!,
    secretAccessKey: env['AWS_SECRET_ACCESS_KEY']!,
  };
  const endpoint = env['S3_ENDPOINT']!;
  const region = env['S3_REGION'] ?? 'us-east-1';
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const source: S3Source = { bucket, prefix: 'lake/', endpoint, region, credentials };
  return {
    source,
    client,
    connector: new S3Connector(source),
    put: async (key: string, body: string | Buffer): Promise<void> => {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    },
  };
}

for (const service of ['minio', 'versitygw']) {
  describeCatalogConnector(`s3 on ${service}`, async () => {
    const { source, client, connector, put } = await openBucket(service);
    await put('outside.csv', 'x\n1\n');
    await put('lake/other/part.jsonl', '{"a":1}\n');
    const nowhere = new S3Connector({ ...source, endpoint: 'http://127.0.0.1:1' });
    return {
      connector,
      nowhere,
      makeOrders: async () => {
        await put('lake/orders/part-0.csv', 'id,note\n1,a\n2,b\n');
        return '/orders';
      },
      addTotal: () => put('lake/orders/part-0.csv', 'id,note,total\n1,a,10\n2,b,20\n'),
      dropOrders: async () => {
        await client.send(new DeleteObjectCommand({ Bucket: source.bucket, Key: 'lake/orders/part-0.csv' }));
      },
      close: async () => {
        await connector.close();
        await nowhere.close();
        client.destroy();
      },
    };
  });
}

describe.each(['minio', 'versitygw'])('files in a bucket of %s', (service) => {
  it('tell columns, types and rows by their own format', async () => {
    const { client, connector, put } = await openBucket(service);
    const payments = readFileSync(path.resolve('test/fixtures/shop/parquet/payments.parquet'));
    await put('lake/payments/day=1/part-0.parquet', payments);
    await put('lake/people.csv', 'id,name\n1,Ada\n2,Max\n3,Pia\n');
    await put('lake/cities.json', '[{"name": "Ulm", "people": 126000}, {"name": "Jena", "people": 111000}]');
    await put('lake/clicks/a.jsonl', '{"at": "2026-01-01T00:00:00Z", "n": 1}\n');
    const tables: ExternalTable[] = [];
    for await (const table of connector.tables(AbortSignal.timeout(20_000))) tables.push(table);
    const shown = tables.map(({ identityName, columns, statistics: { rowCount, files } }) => [
      ...[identityName, columns.map(({ name, type }) => `${name} ${type}`).join(', ')],
      ...[rowCount, files],
    ]);
    const ofPayments =
      'payment_id int64, order_id int64, method string, amount decimal(12,2), paid_at timestamp(us,UTC), day string';
    expect(shown).toEqual([
      ['lake/cities.json', 'name string, people integer', 2, 1],
      ['lake/clicks', 'at string, n integer', 1, 1],
      ['lake/payments', ofPayments, 636, 1],
      ['lake/people.csv', 'id integer, name string', 3, 1],
    ]);
    await connector.close();
    client.destroy();
  });
});
