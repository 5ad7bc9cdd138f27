import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';

import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

import { describeObjectStore } from '../../contract/object-store.contract.js';
import { objectKey } from '../../verified.js';
import { S3ObjectStore } from './s3-object-store.js';

/** Where MinIO and its like listen unless told otherwise. */
const ENDPOINT = 'http://127.0.0.1:9000';

// The contract against a real server, with credentials from the AWS SDK's own environment variables. Not part of the
// ordinary tests, which need no service:
//   node --experimental-vm-modules node_modules/jest/bin/jest.js --testMatch '**/*.service-spec.ts'
describeObjectStore('s3', async () => {
  const bucket = `cairn-${randomUUID()}`;
  const prefix = 'some/prefix/';
  const spoolDirectory = mkdtempSync(join(tmpdir(), 'cairn-spool-'));
  const client = new S3Client({ endpoint: ENDPOINT, region: 'us-east-1', forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const store = new S3ObjectStore({ bucket, endpoint: ENDPOINT, prefix, spoolDirectory });
  return {
    store,
    damage: async (sha256, bytes) => {
      await client.send(
        new PutObjectCommand({ Bucket: bucket, Key: prefix + objectKey(sha256), Body: bytes }),
      );
    },
    leftovers: async () => readdirSync(spoolDirectory),
    close: async () => {
      store.close();
      client.destroy();
      rmSync(spoolDirectory, { recursive: true });
    },
  };
});
