import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { serviceEnvironment } from '../../../../test/support/services.js';
import { describeCatalogConnector } from '../contract/catalog-connector.contract.js';
import { S3Connector } from './s3-connector.js';

for (const service of ['minio', 'versitygw']) {
  describeCatalogConnector(`s3 on ${service}`, async () => {
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
    const put = async (key: string, body: string): Promise<void> => {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    };
    await put('outside.csv', 'x\n1\n');
    await put('lake/other/part.jsonl', '{"a":1}\n');
    const source = { bucket, prefix: 'lake/', endpoint, region, credentials };
    const connector = new S3Connector(source);
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
        await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'lake/orders/part-0.csv' }));
      },
      close: async () => {
        await connector.close();
        await nowhere.close();
        client.destroy();
      },
    };
  });
}
